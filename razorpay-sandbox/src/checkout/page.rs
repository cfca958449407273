//! HTML of the checkout. Without a script: everything works with forms and links.

use std::fmt::Write as _;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_SECURITY_POLICY, ContentType};

use super::money::display;
use super::return_address::ReturnOrigins;
use crate::store::Order;

/// Addresses to which the payer may go from here.
pub(super) struct WayBack<'a> {
    /// Gets the result of a payment, as the real checkout posts it.
    pub(super) callback: Option<&'a str>,
    /// The page from which the payer came.
    pub(super) cancel: Option<&'a str>,
    /// True if an address was given that is not allowed.
    pub(super) refused: bool,
}

impl WayBack<'_> {
    fn hidden(&self) -> String {
        let fields = [("callback_url", self.callback), ("cancel_url", self.cancel)];
        let fields = fields.into_iter();
        fields
            .filter_map(|(name, value)| Some(hidden(name, value?)))
            .collect()
    }

    /// A link to where the payer came from.
    pub(super) fn link(&self) -> String {
        match self.cancel {
            Some(address) => format!(
                r#"<p><a href="{}">Back to the app</a></p>"#,
                escape(address)
            ),
            None => String::new(),
        }
    }
}

/// The three buttons of an order.
pub(super) fn buttons(order: &Order, back: &WayBack<'_>) -> String {
    let mut body = format!(
        "<p>Order <code>{}</code>: <strong>{}</strong></p>",
        escape(&order.id),
        escape(&display(order.amount, &order.currency))
    );
    if back.refused {
        body.push_str(
            "<p>A return address is neither of this server nor of an allowed origin, and is ignored.</p>",
        );
    }
    if order.is_paid() {
        body.push_str("<p>It is paid already.</p>");
    } else {
        let _ = write!(body, r#"<form method="post">{}"#, back.hidden());
        for (outcome, label) in [("pay", "Pay"), ("fail", "Let it fail"), ("close", "Close")] {
            let _ = write!(
                body,
                r#"<button name="outcome" value="{outcome}">{label}</button> "#
            );
        }
        body.push_str("</form>");
    }
    body.push_str(&back.link());
    body
}

/// The result of a paid checkout, and the form that posts it to the callback.
pub(super) fn paid(fields: &[(&str, &str)], back: &WayBack<'_>) -> String {
    let mut body =
        String::from("<p>Paid, in the sandbox. This is what the real checkout hands over:</p><dl>");
    for (name, value) in fields {
        let value = escape(value);
        let _ = write!(body, "<dt>{name}</dt><dd><code>{value}</code></dd>");
    }
    body.push_str("</dl>");
    match back.callback {
        Some(address) => {
            let _ = write!(body, r#"<form method="post" action="{}">"#, escape(address));
            for (name, value) in fields {
                body.push_str(&hidden(name, value));
            }
            body.push_str("<button>Back to the app</button></form>");
        }
        None => body.push_str(&back.link()),
    }
    body
}

fn hidden(name: &str, value: &str) -> String {
    let value = escape(value);
    format!(r#"<input type="hidden" name="{name}" value="{value}">"#)
}

/// A page. Its forms lead to this server and to the allowed origins.
pub(super) fn page(status: StatusCode, origins: &ReturnOrigins, body: &str) -> HttpResponse {
    let policy = format!(
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; \
         form-action 'self' {}",
        origins.as_sources()
    );
    HttpResponse::build(status)
        .insert_header(ContentType::html())
        .insert_header((CONTENT_SECURITY_POLICY, policy.trim_end()))
        .body(format!(
            "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Sandbox checkout</title>\
             <meta name=\"viewport\" content=\"width=device-width\">\
             <style>body{{font:1.1rem system-ui;max-width:40rem;margin:2rem auto;padding:0 1rem}}\
             .loud{{background:#fd0;padding:1rem;font-weight:bold}}button{{font:inherit;padding:.5rem 1rem}}\
             dd{{overflow-wrap:anywhere}}</style>\
             <p class=\"loud\">This is a sandbox. NO MONEY MOVES HERE, whatever you press.</p>\
             <h1>Checkout</h1>{body}</html>"
        ))
}

/// Escapes text and attributes in double quotes.
pub(super) fn escape(text: &str) -> String {
    text.chars().fold(String::new(), |mut escaped, c| {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
        escaped
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_can_t_become_markup() {
        assert_eq!(
            escape(r#"<a href="x">'&"#),
            "&lt;a href=&quot;x&quot;&gt;&#39;&amp;"
        );
    }
}
