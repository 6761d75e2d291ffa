//! Asking an InfluxDB 1.x.

use crate::client::{Client, refusal};
use crate::documents::{Documents, as_text, parse};
use crate::import::destination::Patient;
use crate::import::limits::CHUNK_ROWS;
use crate::progress::Progress;
use reqwest::StatusCode;
use serde_json::value::RawValue;

/// An InfluxDB that is asked.
#[derive(Debug)]
pub(super) struct Influx {
    pub(super) server: Patient,
    login: Option<(String, String)>,
}

impl Influx {
    pub(super) const fn new(server: Patient, login: Option<(String, String)>) -> Self {
        Self { server, login }
    }

    /// Asks a statement.
    pub(super) async fn ask(&self, statement: &str, progress: &Progress) -> anyhow::Result<Documents> {
        let chunk = CHUNK_ROWS.to_string();
        let params = [("epoch", "ns"), ("chunked", "true"), ("chunk_size", &*chunk)];
        let make = |client: &Client| {
            let request = client.statement(&params, statement);
            match &self.login {
                Some((user, password)) => request.basic_auth(user, Some(password)),
                None => request,
            }
        };
        let response = self.server.send(make, progress).await?;
        if response.status() == StatusCode::UNAUTHORIZED {
            return Err(self.unauthorized(&refusal(response).await));
        }
        if !response.status().is_success() {
            return Err(refusal(response).await);
        }
        Ok(Documents::new(response))
    }

    fn unauthorized(&self, told: &anyhow::Error) -> anyhow::Error {
        match &self.login {
            None => anyhow::anyhow!("it wants a user: {told}; give --from-user and --from-password-file"),
            Some((user, _)) => anyhow::anyhow!(
                "it refuses the user {user:?}: {told}; look at --from-user and the first line of --from-password-file"
            ),
        }
    }

    /// Every row of an answer as text, with the name of its series; for answers about the schema.
    pub(super) async fn table(
        &self,
        statement: &str,
        progress: &Progress,
    ) -> anyhow::Result<Vec<(String, Vec<String>)>> {
        let mut documents = self.ask(statement, progress).await?;
        let mut rows = Vec::new();
        while let Some(document) = documents.next().await? {
            for series in parse(&document)? {
                let texts = |row: &Vec<&RawValue>| row.iter().map(|value| as_text(value)).collect();
                rows.extend(series.values.iter().map(|row| (series.name.clone(), texts(row))));
            }
        }
        Ok(rows)
    }
}
