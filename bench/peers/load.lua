-- What wrk sends, by environment, and its figures in one line for the bench.
local size = tonumber(os.getenv("BENCH_BODY"))
wrk.method = os.getenv("BENCH_METHOD")
if size > 0 then
  wrk.body = string.rep("x", size)
  wrk.headers["Content-Type"] = "application/octet-stream"
end
if os.getenv("BENCH_CLOSE") == "true" then
  wrk.headers["Connection"] = "close"
end
local host = os.getenv("BENCH_HOST")
if host ~= "" then
  wrk.headers["Host"] = host
end

done = function(summary, latency)
  local e = summary.errors
  io.write(string.format("bench requests=%d micros=%d bytes=%d p50=%d p99=%d connect=%d read=%d write=%d status=%d timeout=%d\n",
    summary.requests, summary.duration, summary.bytes, latency:percentile(50), latency:percentile(99),
    e.connect, e.read, e.write, e.status, e.timeout))
end
