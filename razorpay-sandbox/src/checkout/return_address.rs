//! Addresses that a payer may be sent back to.

/// Origins of pages that may be returned to, such as `https://front.example`. Paths of the same server always may.
#[derive(Debug, Clone, Default)]
pub(crate) struct ReturnOrigins(Vec<String>);

impl ReturnOrigins {
    pub(crate) fn new(origins: Vec<String>) -> Self {
        let trimmed = origins.into_iter();
        Self(
            trimmed
                .map(|origin| origin.trim_end_matches('/').to_owned())
                .collect(),
        )
    }

    /// The origins, separated by spaces, as a content security policy lists them.
    pub(super) fn as_sources(&self) -> String {
        self.0.join(" ")
    }

    /// Returns the address if a payer may be sent there. Anything that a browser could take for another host is
    /// refused.
    pub(super) fn accept<'a>(&self, address: Option<&'a str>) -> Option<&'a str> {
        let address = address?;
        let plain = |c: char| c.is_ascii_graphic() && c != '\\';
        if !address.chars().all(plain) {
            return None;
        }
        let own = address.starts_with('/') && !address.starts_with("//");
        (own || self.0.iter().any(|origin| is_of(address, origin))).then_some(address)
    }
}

/// True if the address is the origin itself, or a path, query or fragment of it.
fn is_of(address: &str, origin: &str) -> bool {
    address
        .strip_prefix(origin)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn payers_return_to_the_same_server_and_to_named_origins_only() {
        let origins = ReturnOrigins::new(vec!["https://front.example/".to_owned()]);
        for address in [
            "/",
            "/visits/1?paid=1",
            "/a//b",
            "https://front.example",
            "https://front.example/visits/1#paid",
            "https://front.example?paid=1",
        ] {
            assert_eq!(origins.accept(Some(address)), Some(address));
        }
        for other in [
            "https://evil.example/",
            "//evil.example/",
            "/\\evil.example/",
            "\\\\evil.example",
            "/\tevil",
            "/ evil",
            "javascript:alert(1)",
            "visits/1",
            "",
            "http://front.example/",
            "https://front.example.evil.example/",
            "https://front.example@evil.example/",
            "https://front.example:8443/",
        ] {
            assert_eq!(origins.accept(Some(other)), None, "{other}");
        }
        assert_eq!(origins.accept(None), None);
    }
}
