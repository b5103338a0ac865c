import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Address and port as /proc/net/tcp writes them: hexadecimal, the address in the machine's order. */
const PORT =
  /^\s*\d+:\s+[0-9A-F]{8}:([0-9A-F]{4})\s+[0-9A-F]{8}:([0-9A-F]{4})\s+\S+\s+\S+\s+\S+\s+\S+\s+\d+\s+\d+\s+(\d+)/u;

/** The inode of the local socket from `localPort` to `remotePort`, or null. */
function inodeOf(localPort: number, remotePort: number): string | null {
  for (const line of readFileSync('/proc/net/tcp', 'utf8').split('\n')) {
    const match = PORT.exec(line);
    if (match === null || match[1] === undefined || match[2] === undefined) continue;
    const same = Number.parseInt(match[1], 16) === localPort && Number.parseInt(match[2], 16) === remotePort;
    if (same) return match[3] ?? null;
  }
  return null;
}

/**
 * Which of these processes holds the other end of a TCP connection on this machine, by what Linux tells;
 * null where it cannot be told. So a call can be cut off at any step without the caller's help.
 */
export function callerOf(
  { localPort, remotePort }: { readonly localPort: number; readonly remotePort: number },
  pids: readonly number[],
): number | null {
  try {
    const inode = inodeOf(remotePort, localPort);
    if (inode === null) return null;
    const wanted = `socket:[${inode}]`;
    const holds = (pid: number): boolean =>
      readdirSync(`/proc/${pid}/fd`).some((fd) => linkOf(`/proc/${pid}/fd/${fd}`) === wanted);
    return pids.find(holds) ?? null;
  } catch {
    return null;
  }
}

function linkOf(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}
