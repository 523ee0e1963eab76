-- POST requests with refresh tokens from a queue. Each successor is appended to the queue.
require "report"

local headers = { ["Content-Type"] = "application/json" }
local queue, first, last = {}, 1, 0

function init(args)
  queue = lines_of(args[1])
  last = #queue
end

function request()
  local token = queue[first]
  queue[first] = nil
  first = first + 1
  return wrk.format("POST", nil, headers, '{"refresh_token":"' .. token .. '"}')
end

function response(status, _, body)
  if status == 200 then
    last = last + 1
    queue[last] = body:match('"refresh_token":"([^"]+)"')
  end
end
