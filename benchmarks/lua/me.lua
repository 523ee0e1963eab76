-- GET requests with bearer tokens, each with the next line of a file, in a cycle.
require "report"

local tokens, turn = {}, 0

function init(args)
  tokens = lines_of(args[1])
end

function request()
  turn = turn % #tokens + 1
  return wrk.format("GET", nil, { Authorization = "Bearer " .. tokens[turn] })
end
