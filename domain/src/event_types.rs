//! One list per aggregate that says under which name each event is stored.

/// Writes `TYPES` and [`cqrs_es::DomainEvent`] from one list, so that neither can forget an event:
/// the compiler misses the variant. The `serde(rename)` on the variant says the name once more; the
/// stored-event corpus sees that they agree.
macro_rules! event_types {
    ($event:ident { $($variant:ident => $name:literal,)+ }) => {
        impl $event {
            /// The stored names of all events of this aggregate. A name is never changed, and never
            /// used again.
            pub const TYPES: &[&str] = &[$($name),+];
        }

        impl cqrs_es::DomainEvent for $event {
            fn event_type(&self) -> String {
                match self {
                    $(Self::$variant(_) => $name,)+
                }
                .to_owned()
            }

            fn event_version(&self) -> String {
                "1".to_owned()
            }
        }
    };
}

pub(crate) use event_types;
