//! Conversions between a body and a value of the domain that have the same fields.

/// Implements `From` both ways. The compiler names a field that only one of them has.
macro_rules! same_fields {
    ($body:ident = $value:ident { $($field:ident),+ $(,)? }) => {
        impl From<$body> for $value {
            fn from(body: $body) -> Self {
                let $body { $($field),+ } = body;
                Self { $($field),+ }
            }
        }

        impl From<$value> for $body {
            fn from(value: $value) -> Self {
                let $value { $($field),+ } = value;
                Self { $($field),+ }
            }
        }
    };
}

pub(crate) use same_fields;
