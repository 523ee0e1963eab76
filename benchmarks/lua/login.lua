-- POST requests, each with the next line of a file. The first line is the content type.
-- A login is slow compared with the run, so the rate is measured from the first response to the
-- last. `answers`, `first` and `last` are global because `steady` reads them from the thread.
require "report"

local ffi = require "ffi"
ffi.cdef "typedef struct { long s, ns; } moment; int clock_gettime(int clock, moment *now);"
local MONOTONIC = 1

local headers, bodies, turn, loader = {}, {}, 0, nil
local time = ffi.new("moment")
answers, first, last = 0, 0, 0

function setup(thread)
  loader = thread
end

function init(args)
  bodies = lines_of(args[1])
  headers["Content-Type"] = table.remove(bodies, 1)
end

function request()
  turn = turn % #bodies + 1
  return wrk.format("POST", nil, headers, bodies[turn])
end

function response()
  ffi.C.clock_gettime(MONOTONIC, time)
  last = tonumber(time.s) + tonumber(time.ns) / 1e9
  if answers == 0 then
    first = last
  end
  answers = answers + 1
end

function steady()
  return loader:get("answers") - 1, loader:get("last") - loader:get("first")
end
