/** A start that cannot succeed, told in one sentence that names what to change. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

interface SystemError extends Error {
  readonly code?: string;
}

/** The sentence for a listener that could not bind. `variable` is the setting that chose the port. */
export function listenError(error: SystemError, variable: string, host: string, port: number): StartError {
  if (error.code === 'EADDRINUSE') {
    return new StartError(
      `Port ${port} is in use: set ${variable} to a free port, or stop what listens there.`,
    );
  }
  if (error.code === 'EACCES') {
    return new StartError(
      `Port ${port} needs more rights than this user has: set ${variable} to one above 1023.`,
    );
  }
  if (error.code === 'EADDRNOTAVAIL') {
    return new StartError(`This machine has no address ${host}: set HOST to one of its own.`);
  }
  return new StartError(`Could not listen on ${host}:${port} (${variable}): ${error.message}`);
}
