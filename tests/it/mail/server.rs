//! A mail server that does what the address of the recipient says.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use adapters::mail::{PublicUrl, SmtpConfig};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// The time after which a slow server replies.
const SLOW: Duration = Duration::from_secs(5);

/// A mail server. Dropping it stops it.
pub struct MailServer {
    pub address: SocketAddr,
    received: Arc<Mutex<Vec<Received>>>,
    _serving: JoinSet<()>,
}

/// A mail that it took.
#[derive(Debug, Clone, Default)]
pub struct Received {
    pub from: String,
    pub to: String,
    pub data: String,
}

impl Received {
    /// The code in its text.
    pub fn code(&self) -> String {
        let is_code = |line: &&str| line.len() == 9 && line.as_bytes()[4] == b'-';
        let code = self.data.lines().find(is_code);
        code.expect("a line with a code").to_owned()
    }
}

impl MailServer {
    pub async fn start() -> Self {
        Self::start_at("127.0.0.1:0".parse().unwrap()).await
    }

    pub async fn start_at(address: SocketAddr) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let received = Arc::new(Mutex::new(Vec::new()));
        let address = listener.local_addr().unwrap();
        let mut serving = JoinSet::new();
        serving.spawn(accept(listener, received.clone()));
        Self {
            address,
            received,
            _serving: serving,
        }
    }

    /// Settings of a node that uses the server there.
    pub fn config_at(address: SocketAddr) -> SmtpConfig {
        SmtpConfig {
            url: format!("smtp://{address}").into(),
            from: "CareSync <no-reply@clinic.example>".to_owned(),
            public_url: PublicUrl::parse("https://clinic.example").unwrap(),
        }
    }

    /// The mails to an address.
    pub fn received(&self, to: &str) -> Vec<Received> {
        let received = self.received.lock().unwrap();
        received
            .iter()
            .filter(|mail| mail.to == to)
            .cloned()
            .collect()
    }
}

async fn accept(listener: TcpListener, received: Arc<Mutex<Vec<Received>>>) {
    let mut sessions = JoinSet::new();
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        sessions.spawn(serve(stream, received.clone()));
    }
}

/// One session (RFC 5321). A client that is gone ends it.
async fn serve(mut stream: TcpStream, received: Arc<Mutex<Vec<Received>>>) {
    let (reader, mut writer) = stream.split();
    let mut lines = BufReader::new(reader).lines();
    let mut mail = Received::default();
    let mut reply = "220 mail.example".to_owned();
    loop {
        if writer
            .write_all(format!("{reply}\r\n").as_bytes())
            .await
            .is_err()
        {
            return;
        }
        let Ok(Some(line)) = lines.next_line().await else {
            return;
        };
        let address = || {
            let (_, address) = line.split_once('<').unwrap();
            address.split_once('>').unwrap().0.to_owned()
        };
        reply = match line.split([' ', ':']).next().unwrap() {
            "EHLO" => "250-mail.example\r\n250-8BITMIME\r\n250 SMTPUTF8".to_owned(),
            "MAIL" => {
                mail.from = address();
                "250 ok".to_owned()
            }
            "RCPT" => {
                mail.to = address();
                recipient(&mail.to).await
            }
            "DATA" => {
                writer.write_all(b"354 go on\r\n").await.unwrap();
                while let Ok(Some(line)) = lines.next_line().await
                    && line != "."
                {
                    mail.data.push_str(&line);
                    mail.data.push('\n');
                }
                received.lock().unwrap().push(std::mem::take(&mut mail));
                "250 taken".to_owned()
            }
            "QUIT" => "221 bye".to_owned(),
            _ => "500 what?".to_owned(),
        };
    }
}

/// The reply to a recipient. Like those of real servers, it repeats the address.
async fn recipient(to: &str) -> String {
    match to.split(['@', '.']).next().unwrap() {
        "refused" => format!("550 5.1.1 <{to}>: user unknown"),
        "busy" => format!("451 4.3.2 <{to}>: try again later"),
        "locked" => format!("530 5.7.0 sign in before you write to <{to}>"),
        "slow" => {
            tokio::time::sleep(SLOW).await;
            "250 ok".to_owned()
        }
        _ => "250 ok".to_owned(),
    }
}
