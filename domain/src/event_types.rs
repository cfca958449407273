//! The stored name of each event, one list per aggregate.

/// Writes `TYPES` and [`cqrs_es::DomainEvent`] from one list, so that the compiler finds a missing
/// event. The `serde(rename)` on the variant repeats the name; the stored-event corpus checks that
/// they agree.
macro_rules! event_types {
    ($event:ident { $($variant:ident => $name:literal,)+ }) => {
        impl $event {
            /// The stored names of all events of this aggregate. A name is never changed and never
            /// used again.
            pub const TYPES: &[&str] = &[$($name),+];

            /// The version under which they are stored now.
            pub const VERSION: &str = "1";
        }

        impl cqrs_es::DomainEvent for $event {
            fn event_type(&self) -> String {
                match self {
                    $(Self::$variant(_) => $name,)+
                }
                .to_owned()
            }

            fn event_version(&self) -> String {
                Self::VERSION.to_owned()
            }
        }
    };
}

pub(crate) use event_types;
