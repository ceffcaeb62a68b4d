-- wrk's side of the HTTP comparison: sends prepared requests at random and prints one line of
-- figures. Its arguments: a file of requests that read, one of requests that write (or "-"), the
-- share of writes, and the milliseconds to wait before each request. Requests in a file are
-- separated by a line "%%".

local reads = {}
local writes = {}
local share = 0
local pause = 0

local function load(name)
  local all = {}
  if name ~= "-" then
    local file = assert(io.open(name, "rb"))
    local text = file:read("*a")
    file:close()
    for request in text:gmatch("(.-)\n%%%%\n") do
      all[#all + 1] = request
    end
  end
  return all
end

function init(args)
  reads = load(args[1])
  writes = load(args[2])
  share = tonumber(args[3])
  pause = tonumber(args[4])
  math.randomseed(tonumber(args[5]))
  if pause > 0 then
    -- Varied, so that the connections do not march in step.
    delay = function()
      return math.random(0, 2 * pause)
    end
  end
end

function request()
  if share > 0 and math.random() < share then
    return writes[math.random(#writes)]
  end
  return reads[math.random(#reads)]
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    "kvapp %d %d %d %d %d %d %d\n",
    summary.requests,
    summary.duration,
    errors.connect + errors.read + errors.write + errors.timeout,
    errors.status,
    latency:percentile(50),
    latency:percentile(99),
    latency:percentile(99.9)))
end
