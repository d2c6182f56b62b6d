/**
 * The scripts. Each is atomic. They only store and compare what they are given; what it means, and when a peer may be asked, is
 * up to the policy alone.
 *
 * Every answer starts with the store's time in milliseconds. Times are text, because Redis truncates numbers to 14 digits.
 */

/** The longest Retry-After, and so how long no peer is asked after the store lost data. */
const FORGOTTEN_MS = 3_600_000;

/** Reads the store's time, in milliseconds. */
export const SERVER_TIME = `
local function now_ms()
  local t = redis.call('TIME')
  return t[1] * 1000 + math.floor(t[2] / 1000)
end`;

const COMMON = `
local function text(n) return string.format('%.0f', n) end
local function put(key, field, value)
  if value == '' then redis.call('HDEL', key, field) else redis.call('HSET', key, field, value) end
end
-- Removes the events that were applied; newer ones stay.
local function cut(key, folded)
  if folded == '' then return end
  local events = redis.call('HGET', key, 'events')
  if events and string.sub(events, 1, #folded) == folded then
    put(key, 'events', string.sub(events, #folded + 1))
  end
end
local function count(key, from, to)
  if from == to then return end
  if from ~= '' then redis.call('HINCRBY', key, from, -1) end
  if to ~= '' then redis.call('HINCRBY', key, to, 1) end
end
local now = now_ms()
-- Closes a gate and adds it to the index of closed gates.
local function close(key, index, origin, until_ms, header)
  redis.call('HSET', key, 'until', until_ms, 'header', header)
  redis.call('ZREMRANGEBYSCORE', index, '-inf', now)
  redis.call('ZADD', index, until_ms, origin)
end
`;

/** KEYS meta acks processes; ARGV epoch ('' if none is known) process acknowledged fresh format about */
const HELLO = `
local meta = redis.call('HMGET', KEYS[1], 'epoch', 'quiet', 'format')
if meta[3] and tonumber(meta[3]) > tonumber(ARGV[5]) then return {text(now), 'newer', meta[3]} end
local verdict = 'same'
local epoch = meta[1]
local quiet = meta[2]
if not epoch then
  epoch = ARGV[4]
  verdict = ARGV[1] == '' and 'new' or 'forgot'
elseif ARGV[1] ~= '' and epoch ~= ARGV[1] then
  verdict = 'forgot'
elseif tonumber(redis.call('HGET', KEYS[2], ARGV[2]) or '0') < tonumber(ARGV[3]) then
  epoch = ARGV[4]
  quiet = false
  verdict = 'forgot'
end
if verdict == 'forgot' and not quiet then quiet = text(now + ${FORGOTTEN_MS}) end
redis.call('HSET', KEYS[1], 'epoch', epoch, 'format', ARGV[5])
if quiet then redis.call('HSET', KEYS[1], 'quiet', quiet) end
if verdict == 'forgot' then redis.call('HSET', KEYS[2], ARGV[2], ARGV[3]) end
if ARGV[6] ~= '' then redis.call('HSET', KEYS[3], ARGV[2], text(now) .. ' ' .. ARGV[6]) end
return {text(now), verdict, epoch, quiet or ''}`;

/** KEYS meta record counts; ARGV epoch state peers policy outcome id: an existing record stays as it is. */
const ADD = `
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return {text(now), 'forgot'} end
if redis.call('EXISTS', KEYS[2]) == 1 then return {text(now), 'there'} end
-- Larger than any fence of an earlier worker with this id, because runs are at least a second apart.
redis.call('HSET', KEYS[2], 'fence', text(now), 'state', ARGV[2], 'peers', ARGV[3])
put(KEYS[2], 'policy', ARGV[4])
count(KEYS[3], '', ARGV[5])
return {text(now), 'added'}`;

/** KEYS meta record counts; ARGV epoch */
const REMOVE = `
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return {text(now), 'forgot'} end
local state = redis.call('HGET', KEYS[2], 'state')
if not state then return {text(now), 'gone'} end
count(KEYS[3], string.match(state, '"last_outcome":"(%a+)"') or 'idle', '')
redis.call('DEL', KEYS[2])
return {text(now), 'removed'}`;

/** KEYS meta record; ARGV epoch line maxBytes: adds an operator's event for the next look. */
const TELL = `
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return {text(now), 'forgot'} end
if redis.call('EXISTS', KEYS[2]) == 0 then return {text(now), 'gone'} end
local events = redis.call('HGET', KEYS[2], 'events') or ''
if #events + #ARGV[2] > tonumber(ARGV[3]) then return {text(now), 'full'} end
local line = string.gsub(ARGV[2], '"at":0', '"at":' .. text(now), 1)
redis.call('HSET', KEYS[2], 'events', events .. line .. '\\n')
return {text(now), 'told'}`;

/** KEYS meta record; ARGV epoch gates: the record, and the closed gates of its peers as origin, until, header. */
const LOOK = `
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return {text(now), 'forgot'} end
local record = redis.call('HGETALL', KEYS[2])
if #record == 0 then return {text(now), 'gone'} end
local closed = {}
local seen = {}
for index = 1, #record, 2 do
  if record[index] == 'peers' then
    for origin in string.gmatch(record[index + 1], '"peer_url":"%a[%w+.-]*://([^/"]+)') do
      if not seen[origin] then
        seen[origin] = true
        local gate = redis.call('HMGET', ARGV[2] .. origin, 'until', 'header')
        if gate[1] and tonumber(gate[1]) > now then
          closed[#closed + 1] = origin
          closed[#closed + 1] = gate[1]
          closed[#closed + 1] = gate[2] or ''
        end
      end
    end
  end
end
return {text(now), 'record', record, closed}`;

/**
 * Grants leave to ask one peer and records the run, before the peer is asked. If the reply was lost, the nonce identifies the
 * run.
 *
 * KEYS meta record gate places slots counts acks
 * ARGV epoch process id fence nonce first state peers request policy folded before leaseMs atOnce spacing placeMs
 */
const LEAVE = `
local meta = redis.call('HMGET', KEYS[1], 'epoch', 'quiet')
if meta[1] ~= ARGV[1] then return {text(now), 'forgot'} end
local record = redis.call('HMGET', KEYS[2], 'fence', 'run', 'by')
if not record[1] then return {text(now), 'gone'} end
local begun = record[2] == ARGV[5] and record[3]
if not begun and (ARGV[6] ~= '1' or record[1] ~= ARGV[4]) then return {text(now), 'superseded'} end
if meta[2] and tonumber(meta[2]) > now then return {text(now), 'closed', meta[2], ''} end
local gate = redis.call('HMGET', KEYS[3], 'until', 'header', 'next', 'last', 'mean')
if gate[1] and tonumber(gate[1]) > now then return {text(now), 'closed', gate[1], gate[2] or ''} end
-- Must be the first write: a full Redis refuses a script at its first write or not at all.
local acks = text(redis.call('HINCRBY', KEYS[7], ARGV[2], 1))
redis.call('ZREMRANGEBYSCORE', KEYS[4], '-inf', now)
redis.call('ZREMRANGEBYSCORE', KEYS[5], '-inf', now - 60000)
local place = ARGV[3] .. ' ' .. ARGV[5]
if not redis.call('ZSCORE', KEYS[4], place) then
  local most = tonumber(ARGV[14])
  local spacing = tonumber(ARGV[15])
  local taken = most > 0 and redis.call('ZCARD', KEYS[4]) >= most
  local pace = spacing
  if most > 0 then pace = math.max(spacing, tonumber(gate[5] or '100') / most, 1) end
  local free = tonumber(gate[4] or '0') + spacing
  local given = redis.call('ZSCORE', KEYS[5], ARGV[3])
  local next = free
  if redis.call('ZCARD', KEYS[5]) > 0 then next = math.max(free, tonumber(gate[3] or '0')) end
  local slot = false
  if given and tonumber(given) > now then slot = tonumber(given)
  elseif given and taken then slot = now + pace
  elseif given and free > now then slot = free
  elseif not given and taken then slot = math.max(next, now + pace)
  elseif not given and next > now then slot = next end
  if slot then
    slot = math.ceil(slot)
    redis.call('ZADD', KEYS[5], text(slot), ARGV[3])
    redis.call('HSET', KEYS[3], 'next', text(math.max(next, slot + pace)))
    redis.call('PEXPIRE', KEYS[3], text(slot - now + 7200000))
    redis.call('PEXPIRE', KEYS[5], text(slot - now + 7200000))
    return {text(now), 'busy', text(slot)}
  end
  redis.call('ZREM', KEYS[5], ARGV[3])
  redis.call('ZADD', KEYS[4], text(now + tonumber(ARGV[16])), place)
  redis.call('PEXPIRE', KEYS[4], ARGV[16])
  if spacing > 0 then
    redis.call('HSET', KEYS[3], 'last', text(now))
    redis.call('PEXPIRE', KEYS[3], '7200000')
  end
end
local fence = record[1]
if not begun then
  fence = text(tonumber(fence) + 1)
  redis.call('HSET', KEYS[2], 'fence', fence, 'run', ARGV[5], 'by', ARGV[2],
    'lease', text(now + tonumber(ARGV[13])))
  count(KEYS[6], ARGV[12], 'running')
end
redis.call('HSET', KEYS[2], 'state', ARGV[7], 'peers', ARGV[8])
put(KEYS[2], 'request', ARGV[9])
put(KEYS[2], 'policy', ARGV[10])
cut(KEYS[2], ARGV[11])
return {text(now), 'leave', fence, acks}`;

/**
 * Records the end of an attempt: frees its place, and closes the gate for the wait that the peer asked for, if that ends later.
 *
 * KEYS gate places acks closed; ARGV process id nonce seconds header tookMs origin
 */
const ANSWERED = `
local acks = text(redis.call('HINCRBY', KEYS[3], ARGV[1], 1))
local freed = redis.call('ZREM', KEYS[2], ARGV[2] .. ' ' .. ARGV[3])
if freed == 1 then
  local mean = tonumber(redis.call('HGET', KEYS[1], 'mean') or ARGV[6])
  redis.call('HSET', KEYS[1], 'mean', text(mean * 0.8 + tonumber(ARGV[6]) * 0.2))
end
local before = tonumber(redis.call('HGET', KEYS[1], 'until') or '0')
local closed = before
if tonumber(ARGV[4]) > 0 then
  closed = (math.ceil(now / 1000) + tonumber(ARGV[4])) * 1000
  if closed > before then close(KEYS[1], KEYS[4], ARGV[7], text(closed), ARGV[5]) end
end
redis.call('PEXPIRE', KEYS[1], '7200000')
return {text(now), 'answered', text(math.max(closed, before)), acks}`;

/** KEYS gate closed; ARGV until header origin: restores a closed gate after the store lost data. */
const CLOSE = `
if tonumber(redis.call('HGET', KEYS[1], 'until') or '0') < tonumber(ARGV[1]) then
  close(KEYS[1], KEYS[2], ARGV[3], ARGV[1], ARGV[2])
  redis.call('PEXPIRE', KEYS[1], '7200000')
end
return {text(now), 'closed'}`;

/**
 * Records the end of a run, or the changes of a look without a run. A late caller gets `superseded`.
 *
 * KEYS meta record counts acks; ARGV epoch process fence nonce begun state peers ended request policy folded before after keeps
 * answers
 */
const FINISH = `
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return {text(now), 'forgot'} end
local record = redis.call('HMGET', KEYS[2], 'fence', 'run', 'by', 'events')
if not record[1] then return {text(now), 'gone'} end
if record[1] ~= ARGV[3] or (ARGV[5] == '1' and record[2] ~= ARGV[4]) then return {text(now), 'superseded'} end
local again = record[2] == ARGV[4] and not (ARGV[5] == '1' and record[3])
if not again then
  redis.call('HSET', KEYS[2], 'state', ARGV[6], 'peers', ARGV[7], 'run', ARGV[4])
  put(KEYS[2], 'ended', ARGV[8])
  put(KEYS[2], 'request', ARGV[9])
  put(KEYS[2], 'policy', ARGV[10])
  cut(KEYS[2], ARGV[11])
  -- The run answered the requests that came during it.
  local events = ARGV[15] == '1' and redis.call('HGET', KEYS[2], 'events')
  if events then
    put(KEYS[2], 'events', (string.gsub(events, '{"at":%d+,"type":"sync%.requested"[^\\n]*\\n', '')))
  end
  redis.call('HDEL', KEYS[2], 'by')
  if ARGV[14] ~= '1' then redis.call('HDEL', KEYS[2], 'lease') end
  count(KEYS[3], ARGV[12], ARGV[13])
end
local more = redis.call('HEXISTS', KEYS[2], 'events')
return {text(now), 'finished', text(more), text(redis.call('HINCRBY', KEYS[4], ARGV[2], 1))}`;

/** KEYS gate places slots: reads a gate with its places and slots. */
const GATE = `
return {text(now), 'gate', redis.call('HGETALL', KEYS[1]), redis.call('ZRANGEBYSCORE', KEYS[2], now, '+inf'),
  redis.call('ZRANGE', KEYS[3], 0, 99, 'WITHSCORES'), text(redis.call('ZCARD', KEYS[3]))}`;

/** KEYS closed; ARGV gates limit: counts the closed gates, and lists those that stay closed longest as origin, until, header. */
const CLOSED = `
local origins = redis.call('ZREVRANGEBYSCORE', KEYS[1], '+inf', '(' .. text(now), 'LIMIT', 0, ARGV[2])
local closed = {}
for _, origin in ipairs(origins) do
  local gate = redis.call('HMGET', ARGV[1] .. origin, 'until', 'header')
  closed[#closed + 1] = origin
  closed[#closed + 1] = gate[1] or '0'
  closed[#closed + 1] = gate[2] or ''
end
return {text(now), 'closed', text(redis.call('ZCOUNT', KEYS[1], '(' .. text(now), '+inf')), closed}`;

/** KEYS gate closed; ARGV origin: opens a gate for an operator. */
const OPEN = `
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('HDEL', KEYS[1], 'until', 'header')
return {text(now), 'opened'}`;

export type ScriptName =
  | 'hello'
  | 'add'
  | 'remove'
  | 'tell'
  | 'look'
  | 'leave'
  | 'answered'
  | 'close'
  | 'finish'
  | 'gate'
  | 'closed'
  | 'open';

/** The text of each script, and how many of its arguments are keys. */
export const scripts: Readonly<Record<ScriptName, { readonly keys: number; readonly lua: string }>> = {
  hello: { keys: 3, lua: HELLO },
  add: { keys: 3, lua: ADD },
  remove: { keys: 3, lua: REMOVE },
  tell: { keys: 2, lua: TELL },
  look: { keys: 2, lua: LOOK },
  leave: { keys: 7, lua: LEAVE },
  answered: { keys: 4, lua: ANSWERED },
  close: { keys: 2, lua: CLOSE },
  finish: { keys: 4, lua: FINISH },
  gate: { keys: 3, lua: GATE },
  closed: { keys: 1, lua: CLOSED },
  open: { keys: 2, lua: OPEN },
};

/** The full text of a script. @param time the Lua function that reads the time; tests pass their own */
export function scriptText(name: ScriptName, time: string = SERVER_TIME): string {
  return `${time}\n${COMMON}\n${scripts[name].lua}`;
}
