//! The store has what every store has to have.

use std::time::Duration;

use cloudapi::store::conformance::{self, Fixture};
use cloudapi::store::{RedisOptions, RedisStore, StoreHandle};
use tests::contract::{server, unique};

use super::servers::Server;

pub struct InRedis(pub RedisOptions);

impl Fixture for InRedis {
    fn open(&self) -> StoreHandle {
        self.0.clone().connect().expect("a store").into()
    }

    fn tells_closes(&self) -> bool {
        true
    }
}

#[test]
fn a_store_in_redis_conforms() {
    let Some(address) = server("CLOUDAPI_REDIS") else {
        return;
    };
    let options = RedisStore::options(&address).timeout(Duration::from_secs(20));
    conformance::run(&InRedis(options.prefix(unique("conformance"))));
}

/// Moves all times that are kept forward, which to the store is as if the server's clock
/// had been set back, and everybody had asked for the time since: a scope's clock stands
/// still until the first one does.
const SET_BACK: &str = "
    local by = ARGV[1]
    local time = redis.call('TIME')
    local now = string.format('%.0f', time[1] * 1000000 + time[2] + by)
    local function ahead(text) return string.format('%.0f', text + by) end
    for _, key in ipairs(redis.call('KEYS', '*')) do
      local kind = redis.call('TYPE', key).ok
      if kind == 'hash' then
        local fields = redis.call('HGETALL', key)
        for at = 1, #fields, 2 do
          local name = fields[at]
          if name == 'latest' then
            redis.call('HSET', key, 'latest', now, 'ahead', by)
          elseif name == 'closed' or name == 'until' or name == 'not_before'
            or string.sub(name, 1, 5) == 'next:' then
            redis.call('HSET', key, name, ahead(fields[at + 1]))
          end
        end
      elseif string.find(key, ':leased$') or string.find(key, ':delayed$') then
        local kept = redis.call('ZRANGE', key, 0, -1, 'WITHSCORES')
        for at = 1, #kept, 2 do
          redis.call('ZADD', key, ahead(kept[at + 1]), kept[at])
        end
      end
    end";

struct SetBack {
    server: Server,
}

impl Fixture for SetBack {
    fn open(&self) -> StoreHandle {
        self.server.store().into()
    }

    fn set_back(&self, by: Duration) -> bool {
        let client = redis::Client::open(self.server.address()).expect("an address");
        let mut connection = client.get_connection().expect("a connection");
        let mut script = redis::cmd("EVAL");
        script.arg(SET_BACK).arg(0).arg(by.as_micros().to_string());
        script.exec(&mut connection).expect("the times to be moved");
        true
    }
}

#[test]
fn a_server_whose_clock_is_set_back_stops_nothing() {
    let Some(server) = Server::start(&[]) else {
        return;
    };
    let fixture = SetBack { server };
    let is_it = |property: &&conformance::Property| property.name().contains("set_back");
    let property = conformance::PROPERTIES.iter().find(is_it);
    property.expect("the property").check(&fixture);
}
