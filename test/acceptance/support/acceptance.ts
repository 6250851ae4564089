import { suite } from 'uvu'

/** True for `npm run test:acceptance -- --quick`: only quick tests run, and samples stand for what takes long. */
export const isQuick = process.env.GROUNDCREW_ACCEPTANCE === 'quick'

// biome-ignore lint/suspicious/noConfusingVoidType: a proof without a figure returns nothing.
type Figure = string | undefined | void

/** Proves a claim and returns the figure to print with it, if there is one; throws when the claim does not hold. */
export type Proof<C> = (context: C) => Promise<Figure>

/** Closes what the tests of a suite share. */
export type Shared = AsyncDisposable

export type Acceptance<C> = {
  /** A test that always runs, also with `--quick`. */
  (claim: string, proof: Proof<C>): void
  /** A test that takes long: `--quick` leaves it out. */
  full(claim: string, proof: Proof<C>): void
  /** A test that cannot run on this machine. */
  skip(claim: string, reason: string): void
  /** Prints a figure that nothing is asserted about. */
  note(text: string): void
  run(): void
}

/**
 * A uvu suite of acceptance tests. Its tests run one after the other on what `open` returns (a {@link LabInstallation}, a
 * folder), which is opened before the first and closed after the last of them. Each test prints one line with its figure.
 */
export function acceptance<C extends Shared>(name: string, open: () => Promise<C>): Acceptance<C> {
  const tests = suite(name)
  let shared: Promise<C> | undefined
  const opened = () => (shared ??= open())
  const test = (claim: string, proof: Proof<C>) => tests(claim, () => printed(claim, async () => proof(await opened())))
  // uvu prints the name of the suite without a line break.
  tests.before(() => console.log())
  tests.after(async () => (await shared?.catch(() => undefined))?.[Symbol.asyncDispose]())
  return Object.assign(test, {
    full: isQuick ? (claim: string) => tests.skip(claim) : test,
    skip(claim: string, reason: string) {
      console.log(`  SKIP  ${claim}: ${reason}`)
      tests.skip(claim)
    },
    note: (text: string) => console.log(`  note  ${text}`),
    run: () => tests.run(),
  })
}

/** For suites whose tests share nothing. */
export const nothingShared = async (): Promise<Shared> => ({ [Symbol.asyncDispose]: async () => undefined })

async function printed(claim: string, proof: () => Promise<Figure>): Promise<void> {
  const started = performance.now()
  const seconds = () => `(${((performance.now() - started) / 1000).toFixed(1)} s)`
  try {
    const figure = await proof()
    console.log(`  ok    ${claim}${figure === undefined ? '' : `: ${figure}`} ${seconds()}`)
  } catch (error) {
    console.log(`  FAIL  ${claim} ${seconds()}`)
    throw error
  }
}
