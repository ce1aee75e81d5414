-- check-and-insert of Arabic texts made on the way, one a request; every fourth repeats an earlier one.
-- `wrk -s check_and_insert.lua URL -- WORDS` sets the words of a text (150).

local letters = { "ب", "ت", "ث", "ج", "ح", "خ", "د", "ذ", "ر", "ز", "س", "ش", "ص", "ض", "ط", "ظ", "ع", "غ", "ف", "ق" }

-- A word of its own for each number, as frequent as in nature: the n-th is seen 1/n as often as the first.
local function word()
    local number = math.floor(30000 ^ math.random()) - 1
    local word = "م"
    repeat
        word = word .. letters[number % 20 + 1] .. "ل"
        number = math.floor(number / 20)
    until number == 0
    return word
end

local function text(seed, words)
    math.randomseed(seed)
    local all = {}
    for place = 1, words do
        all[place] = word()
    end
    return table.concat(all, " ")
end

local threads = 0

function setup(thread)
    threads = threads + 1
    thread:set("number", threads)
end

function init(arguments)
    words = tonumber(arguments[1]) or 150
    sent = 0
    wrk.method = "POST"
    wrk.path = "/v1/check-and-insert"
    wrk.headers["Content-Type"] = "application/json"
end

function request()
    sent = sent + 1
    local seed = sent % 4 == 0 and sent - 3 or sent
    local body = string.format('{"key": "%d/%d", "text": "%s"}', number, sent, text(number * 10000000 + seed, words))
    return wrk.format(nil, nil, nil, body)
end

function done(summary, latency)
    io.write(string.format("p50 %.2f ms, p99 %.2f ms\n", latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
