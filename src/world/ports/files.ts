/** What a daemon asks of the file system about its inputs. Nothing here throws: what is not there, or not readable, is an answer. */
export interface Files {
  /** One text for all that stands at these paths, below folders too: it changes whenever any of it is written, replaced or removed. */
  signature(paths: readonly string[]): Promise<string>
  /** Every symbolic link on the way to a path, and where the way ends: what has to be watched to see what a path leads to. */
  way(path: string): Promise<readonly string[]>
}
