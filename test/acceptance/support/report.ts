/** One paragraph of a step's "It is done when". */
export type Check = {
  name: string
  /** What it shows, for the person who reads the output. */
  about: string
  run(report: Report, isQuick: boolean): Promise<void>
}

/** Proves a claim: answers the figure for its line, throws what was found instead. */
export type Proof = () => Promise<string | undefined>

/** Prints one line per claim and counts. */
export class Report {
  passed = 0
  failed = 0

  /** Runs a check; what it throws between its lines counts as one more failure. */
  async check(check: Check, isQuick: boolean): Promise<void> {
    console.log(`\n${check.name}: ${check.about}`)
    const started = performance.now()
    try {
      await check.run(this, isQuick)
    } catch (error) {
      this.#fail('goes on to its end', error, started)
    }
    console.log(`  ${check.name} took ${seconds(started)} s`)
  }

  /** Proves one claim. A failure is told and counted, and the check goes on. */
  async line(claim: string, proof: Proof): Promise<boolean> {
    const started = performance.now()
    try {
      const figure = await proof()
      this.passed++
      console.log(`  ok    ${claim}${figure === undefined ? '' : `: ${figure}`} (${seconds(started)} s)`)
      return true
    } catch (error) {
      this.#fail(claim, error, started)
      return false
    }
  }

  /** Tells loudly what this machine could not show. */
  skip(text: string): void {
    console.log(`  SKIP  ${text}`)
  }

  /** Tells a figure that nothing is asserted about. */
  note(text: string): void {
    console.log(`  note  ${text}`)
  }

  #fail(claim: string, error: unknown, started: number): void {
    this.failed++
    const found = error instanceof Error ? error.message : String(error)
    console.log(`  FAIL  ${claim} (${seconds(started)} s)`)
    for (const line of found.trimEnd().split('\n').slice(0, 60)) console.log(`          ${line}`)
  }
}

const seconds = (started: number): string => ((performance.now() - started) / 1000).toFixed(1)
