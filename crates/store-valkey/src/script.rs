//! The scripts that a node runs, each as one step that nobody sees half of.
//!
//! They are sent as text every time: a node keeps what it compiled, and one that was just made primary has
//! nothing to be told twice. Every key a script touches is handed to it and has the same tag.

use redis::{Cmd, ToRedisArgs};

/// Begins a call of this script with these keys; arguments follow.
pub(crate) fn script(text: &str, keys: &[String]) -> Cmd {
    let mut command = redis::cmd("EVAL");
    command.arg(text).arg(keys.len()).arg(keys);
    command
}

/// Adds many arguments of one kind.
pub(crate) fn with<T: ToRedisArgs>(mut command: Cmd, arguments: &[T]) -> Cmd {
    for argument in arguments {
        command.arg(argument);
    }
    command
}

/// Files something under a key, and its name in a set ordered by when it ends.
/// Keys: the thing, the set. Arguments: the bytes, the end, the name, after how long the broom of the store may take it.
pub(crate) const FILE: &str = "
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[4])
redis.call('ZADD', KEYS[2], ARGV[2], ARGV[3])
return 1
";

/// Forgets things, and says how many were there.
/// Keys: the set, then the things. Arguments: their names.
pub(crate) const FORGET: &str = "
local forgotten = 0
for at = 2, #KEYS do
  forgotten = forgotten + redis.call('DEL', KEYS[at])
  redis.call('ZREM', KEYS[1], ARGV[at - 1])
end
return forgotten
";

/// Uses a ticket up: 1 for the first who comes, 0 for all others, -1 if marks were lost since it was issued.
///
/// The recorder's epoch is the run of the server and a field that goes with the marks when those are flushed. Where
/// either is not what it was, what was recorded before is not to be relied on.
/// Keys: the marks, their ends, the epoch. Arguments: the name, the mark, its end, when the ticket was issued.
pub(crate) const CLAIM: &str = "
local run = string.match(redis.call('INFO', 'server'), 'run_id:(%x+)')
local epoch = redis.call('HMGET', KEYS[3], 'run', 'since')
local since = tonumber(epoch[2])
if epoch[1] ~= run or not since then
  local now = redis.call('TIME')
  since = now[1] * 1000 + math.floor(now[2] / 1000)
  redis.call('HSET', KEYS[3], 'run', run, 'since', string.format('%.0f', since))
end
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 1 then return 0 end
if tonumber(ARGV[4]) < since then return -1 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('ZADD', KEYS[2], ARGV[3], ARGV[1])
return 1
";

/// Sweeps some marks that ended, begins an epoch if there is none, and says since when it lasts and how many were swept.
/// Keys: the marks, their ends, the epoch. Arguments: now, how many at most.
pub(crate) const RECORD: &str = "
local ended = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', '(' .. ARGV[1], 'LIMIT', 0, ARGV[2])
for _, name in ipairs(ended) do
  redis.call('HDEL', KEYS[1], name)
  redis.call('ZREM', KEYS[2], name)
end
local run = string.match(redis.call('INFO', 'server'), 'run_id:(%x+)')
local epoch = redis.call('HMGET', KEYS[3], 'run', 'since')
local since = tonumber(epoch[2])
if epoch[1] ~= run or not since then
  local now = redis.call('TIME')
  since = now[1] * 1000 + math.floor(now[2] / 1000)
  redis.call('HSET', KEYS[3], 'run', run, 'since', string.format('%.0f', since))
end
return {since, #ended}
";

/// Puts a document in place of another one: 1 if that was still there.
/// Keys: the document. Arguments: the old bytes (empty for none), the new ones.
pub(crate) const REPLACE: &str = "
if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2])
return 1
";

/// Puts a ticket into the purse of its key, and says which others went because there were too many.
/// Keys: the purse of this version, the one of the other. Arguments: the end, the name, how many stay, for how long.
pub(crate) const KEEP: &str = "
redis.call('ZADD', KEYS[1], ARGV[1], ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
local gone = {}
while redis.call('ZCARD', KEYS[1]) + redis.call('ZCARD', KEYS[2]) > tonumber(ARGV[3]) do
  local one = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
  local other = redis.call('ZRANGE', KEYS[2], 0, 0, 'WITHSCORES')
  local from, first = KEYS[1], one[1]
  if not first or (other[1] and tonumber(other[2]) < tonumber(one[2])) then
    from, first = KEYS[2], other[1]
  end
  redis.call('ZREM', from, first)
  gone[#gone + 1] = first
end
return gone
";

/// Takes the ticket that lasts longest out of the purse; if there is none, looks at the longest session of the other
/// purse, which stays there.
/// Keys: the purse whose tickets are drawn once, the other one.
pub(crate) const DRAW: &str = "
local drawn = redis.call('ZPOPMAX', KEYS[1])
if drawn[1] then return {'once', drawn[1]} end
local stays = redis.call('ZREVRANGE', KEYS[2], 0, 0)
if stays[1] then return {'stays', stays[1]} end
return {}
";

/// Empties both purses, and says what was in them.
pub(crate) const EMPTY: &str = "
local all = redis.call('ZRANGE', KEYS[1], 0, -1)
for _, name in ipairs(redis.call('ZRANGE', KEYS[2], 0, -1)) do all[#all + 1] = name end
redis.call('DEL', KEYS[1], KEYS[2])
return all
";

/// Takes a ticket off its shelf if it belongs to this purse (or to any, if none is named).
/// Keys: the ticket, the set of tickets. Arguments: its name, the purse or nothing, whether it stays.
pub(crate) const PICK: &str = "
local ticket = redis.call('HMGET', KEYS[1], 'purse', 'record')
if not ticket[2] then
  redis.call('ZREM', KEYS[2], ARGV[1])
  return {}
end
if ARGV[2] ~= '' and ticket[1] ~= ARGV[2] then return {} end
if ARGV[3] ~= 'stays' then
  redis.call('DEL', KEYS[1])
  redis.call('ZREM', KEYS[2], ARGV[1])
end
return {ticket[1], ticket[2]}
";

/// Puts a ticket on its shelf.
/// Keys: the ticket, the set of tickets. Arguments: the purse, the bytes, the end, the name, for how long.
pub(crate) const SHELVE: &str = "
redis.call('HSET', KEYS[1], 'purse', ARGV[1], 'record', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[5])
redis.call('ZADD', KEYS[2], ARGV[3], ARGV[4])
return 1
";

/// Notes a connection where it is kept.
/// Keys: the connection, all of them, the open ones. Arguments: the bytes, when it was opened, the name, the name with its
/// process, for how long.
pub(crate) const OPENED: &str = "
redis.call('HSET', KEYS[1], 'record', ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[5])
redis.call('ZADD', KEYS[2], ARGV[2], ARGV[3])
redis.call('ZADD', KEYS[3], ARGV[2], ARGV[4])
return 1
";

/// Notes a connection where its session or lineage is.
/// Keys: all of them, the open ones. Arguments: when it was opened, the name, the name with its process, for how long.
pub(crate) const USED: &str = "
redis.call('ZADD', KEYS[1], ARGV[1], ARGV[2])
redis.call('ZADD', KEYS[2], ARGV[1], ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
redis.call('PEXPIRE', KEYS[2], ARGV[4])
return 1
";

/// Notes the end of a connection, if it is known, and gives what is.
/// Keys: the connection. Arguments: when it ended.
pub(crate) const CLOSED: &str = "
local record = redis.call('HGET', KEYS[1], 'record')
if record then redis.call('HSET', KEYS[1], 'closed', ARGV[1]) end
return record
";

/// Notes that a process lives; time does not go back.
/// Keys: the process. Arguments: when, for how long.
pub(crate) const ALIVE: &str = "
local seen = tonumber(redis.call('GET', KEYS[1]))
if seen and seen > tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
";
