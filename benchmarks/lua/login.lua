-- POST the next line of a file each time. The first line is the content type.
require "report"

local headers, bodies, turn = {}, {}, 0

function init(args)
  bodies = lines_of(args[1])
  headers["Content-Type"] = table.remove(bodies, 1)
end

function request()
  turn = turn % #bodies + 1
  return wrk.format("POST", nil, headers, bodies[turn])
end
