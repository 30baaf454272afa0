-- For wrk: below what the server can do, so that latency is not just the queue; and the figures as JSON.
function delay()
  return 5
end

function done(summary, latency, requests)
  local failed = summary.errors
  io.write(string.format(
    '\n{"requests":%d,"failed":%d,"p50":%.3f,"p99":%.3f}\n',
    summary.requests,
    failed.connect + failed.read + failed.write + failed.status + failed.timeout,
    latency:percentile(50) / 1000,
    latency:percentile(99) / 1000
  ))
end
