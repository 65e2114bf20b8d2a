/** What stops the bootstrap. `remedy` says what to install or set; it is printed as it is. */
export class Problem extends Error {
  constructor(message, remedy, output = '') {
    super(message);
    this.name = 'Problem';
    this.remedy = remedy;
    this.output = output;
  }
}
