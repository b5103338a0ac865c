import dgram from 'node:dgram';

/** More than any UDP datagram; here to name the bound on which the walk's memory rests. */
const MAX_DATAGRAM_BYTES = 65_535;

/**
 * UDP sockets for one SNMP session that only hear the address they ask. A datagram that makes the SNMP
 * library throw is dropped, so that one hostile agent cannot end the process; its request runs into the
 * time-out instead.
 */
export function guardedSockets(address: string, onDropped: (reason: string) => void): typeof dgram {
  const createSocket = (type: dgram.SocketType): dgram.Socket => {
    const socket = dgram.createSocket(type);
    const listen = socket.on.bind(socket) as (
      event: string,
      listener: (...values: never[]) => void,
    ) => dgram.Socket;
    const guard = (event: string, listener: (...values: never[]) => void): dgram.Socket =>
      event === 'message' ? listen(event, guarded(listener, address, onDropped)) : listen(event, listener);
    return Object.assign(socket, { on: guard });
  };
  return { ...dgram, createSocket } as typeof dgram;
}

function guarded(
  listener: (...values: never[]) => void,
  address: string,
  onDropped: (reason: string) => void,
): (message: Buffer, from: dgram.RemoteInfo) => void {
  return (message, from) => {
    if (from.address !== address) return onDropped('from-another-address');
    if (message.length > MAX_DATAGRAM_BYTES) return onDropped('too-large');
    try {
      (listener as unknown as (message: Buffer, from: dgram.RemoteInfo) => void)(message, from);
    } catch {
      onDropped('unreadable');
    }
  };
}
