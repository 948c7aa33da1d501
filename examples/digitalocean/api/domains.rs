//! Domains and their DNS records.

use cloudapi::prelude::*;
use serde::{Deserialize, Serialize};

use super::DigitalOcean;

/// The domains of the account.
#[rest_api(extends = DigitalOcean, path = "domains", accessor = domains)]
#[derive(Clone, Debug)]
pub struct Domains;

#[rest_api]
impl Domains {
    /// All domains.
    #[get("", items = "domains", query("per_page" = "200"))]
    pub fn list(&self) -> Pages<Domain>;

    /// Adds a domain, with an A record of the address if there is one.
    #[post("", unwrap = "domain")]
    pub fn create(
        &self,
        #[json("name")] name: &str,
        #[json("ip_address")] ip_address: Option<&str>,
    ) -> Call<Domain>;

    /// One domain.
    #[get("{name}", unwrap = "domain")]
    pub async fn domain(&self, name: &str) -> Result<Option<Domain>>;

    /// Deletes a domain and its records.
    #[delete("{name}")]
    pub async fn delete(&self, name: &str) -> Result<()>;
}

/// A domain.
#[derive(Clone, Debug, Deserialize)]
pub struct Domain {
    pub name: String,
    pub ttl: Option<u64>,
    pub zone_file: Option<String>,
}

/// The records of one domain.
#[rest_api(extends = DigitalOcean, path = "domains")]
#[derive(Clone, Debug)]
pub struct DomainRecords {
    domain: String,
}

#[rest_api]
impl DomainRecords {
    /// All records, or those that match.
    #[get("{self.domain}/records", items = "domain_records", query("per_page" = "200"))]
    pub fn list(&self, #[query] filter: &DomainRecordFilter<'_>) -> Pages<DomainRecord>;

    /// Adds a record.
    #[post("{self.domain}/records", unwrap = "domain_record")]
    pub fn create(&self, #[json] new: &NewDomainRecord<'_>) -> Call<DomainRecord>;

    /// One record.
    #[get("{self.domain}/records/{id}", unwrap = "domain_record")]
    pub async fn record(&self, id: u64) -> Result<Option<DomainRecord>>;

    /// Changes what is given of a record.
    #[patch("{self.domain}/records/{id}", unwrap = "domain_record")]
    pub async fn change(
        &self,
        id: u64,
        #[json] record: &NewDomainRecord<'_>,
    ) -> Result<DomainRecord>;

    /// Replaces a record.
    #[put("{self.domain}/records/{id}", unwrap = "domain_record")]
    pub async fn replace(
        &self,
        id: u64,
        #[json] record: &NewDomainRecord<'_>,
    ) -> Result<DomainRecord>;

    /// Deletes a record.
    #[delete("{self.domain}/records/{id}")]
    pub async fn delete(&self, id: u64) -> Result<()>;
}

/// A record.
#[derive(Clone, Debug, Deserialize)]
pub struct DomainRecord {
    pub id: u64,
    /// `A`, `AAAA`, `CNAME`, `MX`, ..
    #[serde(rename = "type")]
    pub kind: String,
    pub name: String,
    pub data: String,
    pub priority: Option<u16>,
    pub port: Option<u16>,
    pub ttl: u64,
    pub weight: Option<u16>,
    pub flags: Option<u8>,
    pub tag: Option<String>,
}

/// A record to be made, or what to change of one.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct NewDomainRecord<'a> {
    #[serde(rename = "type")]
    pub kind: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ttl: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flags: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag: Option<&'a str>,
}

/// Which records are wanted.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct DomainRecordFilter<'a> {
    /// With the domain: `www.example.com`.
    pub name: Option<&'a str>,
    #[serde(rename = "type")]
    pub kind: Option<&'a str>,
}
