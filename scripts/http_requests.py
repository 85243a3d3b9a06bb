"""Requests for wrk, from paths on standard input: see make_requests in http_load.sh."""
import json
import sys
import urllib.request

url, name, least = sys.argv[1], sys.argv[2], int(sys.argv[3])
paths = [line.strip() for line in sys.stdin if line.strip()]
sizes = []
for path in paths[::10]:
    answer = urllib.request.urlopen(url + path)
    body = answer.read()
    returned = json.loads(body)["numberReturned"]
    assert returned >= least, (path, returned)
    sizes.append(len(body))
with open(name + ".bytes", "w", encoding="ascii") as file:
    file.write(str(sum(sizes) // len(sizes)))
with open(name + ".headers", "w", encoding="ascii") as file:  # but those that every server sets itself
    for header, value in answer.getheaders():
        if header.lower() not in ("date", "connection", "content-length"):
            file.write(f"{header}: {value}\n")
for packed in ("", "-gzip"):
    headers = '{["Accept-Encoding"] = "gzip"}' if packed else "{}"
    with open(f"{name}{packed}.lua", "w", encoding="ascii") as file:
        file.write("local paths = {%s}\n" % ",".join(json.dumps(path) for path in paths))
        file.write("local requests, next = {}, 0\n"
                   "function init(args)\n"
                   f"  for i, path in ipairs(paths) do requests[i] = wrk.format('GET', path, {headers}) end\n"
                   "end\n"
                   "function request() next = next % #requests + 1 return requests[next] end\n")
