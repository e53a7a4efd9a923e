-- wrk … -s get.lua -- TARGETS: gets the paths of TARGETS in turn; a line is a token and a path.
local targets, n = {}, 0

function init(args)
    for line in io.lines(args[1]) do
        local token, path = line:match("(%S+) (%S+)")
        targets[#targets + 1] = { "Bearer " .. token, path }
    end
end

function request()
    n = n + 1
    local target = targets[n % #targets + 1]
    wrk.headers["Authorization"] = target[1]
    return wrk.format("GET", target[2])
end

dofile(os.getenv("BENCH_WRK") .. "/done.lua")
