import type { FSWatcher } from 'chokidar'

/** Triggers when one of several paths is written, replaced or deleted. Only a hint: the next check notices what was missed. */
export class FileTriggers {
  readonly #trigger: () => void
  readonly #onError: (error: unknown) => void
  #watcher: FSWatcher | undefined
  #paths: readonly string[] = []

  constructor(trigger: () => void, onError: (error: unknown) => void) {
    this.#trigger = trigger
    this.#onError = onError
  }

  /** Watches exactly these paths, folders recursively; resolves when it does. */
  async watch(paths: readonly string[]): Promise<void> {
    if (this.#watcher !== undefined && isSame(paths, this.#paths)) return
    const before = this.#watcher
    this.#paths = paths
    this.#watcher = await this.#open(paths)
    await before?.close()
  }

  async close(): Promise<void> {
    await this.#watcher?.close()
  }

  async #open(paths: readonly string[]): Promise<FSWatcher> {
    const { watch } = await import('chokidar')
    // Symbolic links are among the paths themselves: only then is a link that gets another target noticed.
    const watcher = watch([...paths], { ignoreInitial: true, followSymlinks: false })
    watcher.on('all', () => this.#trigger())
    watcher.on('error', (error) => this.#onError(error))
    await new Promise<void>((resolve) => watcher.once('ready', () => resolve()))
    return watcher
  }
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((path, i) => path === b[i])
}
