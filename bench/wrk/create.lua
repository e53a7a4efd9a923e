-- wrk … -s create.lua -- TARGETS PREFIX: posts drafts with names never used before, taking turns among the tokens of TARGETS.
local tokens, prefix, n = {}, "", 0

function init(args)
    for line in io.lines(args[1]) do tokens[#tokens + 1] = "Bearer " .. line:match("%S+") end
    prefix = args[2]
    wrk.headers["Content-Type"] = "application/json"
end

function request()
    n = n + 1
    wrk.headers["Authorization"] = tokens[n % #tokens + 1]
    return wrk.format("POST", nil, nil, '{"blueprintRef":"telegram-assistant@2","displayName":"' .. prefix .. n .. '"}')
end

dofile(os.getenv("BENCH_WRK") .. "/done.lua")
