import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { errnoCode } from '../values/errnoCode.ts'
import { type Problem, ProblemError } from '../values/problem.ts'
import { backupAs, ensureFolder, replaceFile } from './atomicFile.ts'
import { parseState, type State, stateText } from './state.ts'

const STATE_FILE = 'installation.json'

/** Stores the state in `FOLDER/installation.json` and the previous one in `installation.json.previous`. */
export class FileStore {
  readonly folder: string
  readonly #file: string

  constructor(folder: string) {
    this.folder = folder
    this.#file = join(folder, STATE_FILE)
  }

  /** The state, or undefined when there is none. Throws a ProblemError when it cannot be read. */
  async load(): Promise<State | undefined> {
    let text: string
    try {
      text = await readFile(this.#file, 'utf8')
    } catch (error) {
      if (errnoCode(error) === 'ENOENT') return undefined
      throw new ProblemError(this.#ioProblem('read', error))
    }
    const parsed = parseState(text, this.#file)
    if ('problem' in parsed) throw new ProblemError(parsed.problem)
    return parsed.state
  }

  /** Stores `state`; on a crash or a full disk the old state stays complete. */
  async save(state: State): Promise<void> {
    try {
      await ensureFolder(this.folder)
      await backupAs(this.#file, `${this.#file}.previous`)
      await replaceFile(this.#file, stateText(state))
    } catch (error) {
      throw new ProblemError(this.#ioProblem('written', error))
    }
  }

  #ioProblem(operation: string, error: unknown): Problem {
    return {
      code: 'state/io',
      summary: `The state ${this.#file} could not be ${operation} (${errnoCode(error)}).`,
      remedy: "Check that folder's permissions and free space, or use another folder: --state DIR",
    }
  }
}
