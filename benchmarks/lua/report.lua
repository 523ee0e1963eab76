-- The result of a run as one line of JSON. wrk has latencies in microseconds; these are in ms.
local failed = "connect read write status timeout"

function done(summary, latency)
  local failures = 0
  for kind in failed:gmatch("%S+") do
    failures = failures + summary.errors[kind]
  end
  local requests, seconds = summary.requests, summary.duration / 1e6
  if steady then -- a script with its own count
    requests, seconds = steady()
  end
  print(string.format(
    '{"requests": %d, "seconds": %f, "failures": %d, "p50_ms": %f, "p99_ms": %f, "max_ms": %f}',
    requests, seconds, failures,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, latency.max / 1e3
  ))
end

function lines_of(path)
  local lines = {}
  for line in io.lines(path) do
    lines[#lines + 1] = line
  end
  return lines
end
