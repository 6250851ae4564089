/** Node's code of a file system error: `ENOSPC`. */
export function errnoCode(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'unknown error'
}
