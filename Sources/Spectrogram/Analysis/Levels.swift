import Glibc
import Recordings
import Support

/// The level of each frequency at each time, in decibels below a sine of full scale: a number for each pixel of a spectrogram.
struct Levels: Sendable {
    let columnCount: Int, rowCount: Int, channelCount: Int
    /// Why columns could not be read.
    private(set) var problems: [RecordingError] = []
    /// By columns, in them by channels, and in these from the lowest row on; NaN in columns that could not be read.
    private let values: [Float]

    /// The level of silence.
    static let silence: Float = -400
    /// Columns that one thread makes at a time.
    private static let runLength = 16

    /// The levels of `recording` in the columns of `plan`, on all processors. Throws only if the work is cancelled.
    init(
        of recording: Recording, _ plan: WindowPlan, _ bands: FrequencyBands, channelCount: Int
    ) throws(RecordingError) {
        columnCount = plan.columnCount
        rowCount = bands.rows.count
        self.channelCount = channelCount
        let runs = stride(from: 0, to: plan.columnCount, by: Self.runLength).map {
            $0..<min($0 + Self.runLength, plan.columnCount)
        }
        let made = Parallel.map(runs, threads: recording.samples.requestsAtOnce ?? Parallel.processorCount) {
            Run(of: $0, recording, plan, bands, channelCount: channelCount)
        }
        if let cancelled = made.lazy.flatMap(\.problems).first(where: { $0.isCancellation }) { throw cancelled }
        var values: [Float] = []
        values.reserveCapacity(columnCount * channelCount * rowCount)
        for run in made {
            values += run.values
            problems += run.problems
        }
        self.values = values
    }

    /// The level in `row`, counted from the lowest; NaN if it could not be read.
    func level(channel: Int, column: Int, row: Int) -> Float {
        values[(column * channelCount + channel) * rowCount + row]
    }

    /// Some columns that follow each other.
    private struct Run: Sendable {
        var values: [Float] = []
        var problems: [RecordingError] = []

        init(
            of columns: Range<Int>, _ recording: Recording, _ plan: WindowPlan, _ bands: FrequencyBands,
            channelCount: Int
        ) {
            let reader = SpectrumReader(recording, channelCount: channelCount, windowLength: plan.windowLength)
            for column in columns {
                do throws(RecordingError) {
                    try Self.checkCancellation(of: recording)
                    guard let reader else {
                        throw RecordingError("there is too little memory for a spectrogram", recording: recording.path)
                    }
                    for powers in try reader.powers(of: plan.groups(of: column)) { add(powers, bands) }
                } catch {
                    problems.append(error)
                    values += [Float](repeating: .nan, count: channelCount * bands.rows.count)
                    if error.isCancellation { return }
                }
            }
        }

        private static func checkCancellation(of recording: Recording) throws(RecordingError) {
            do throws(Cancelled) {
                try Cancellation.check()
            } catch {
                throw RecordingError("its picture is not drawn", recording: recording.path, cause: error)
            }
        }

        /// Adds the rows of one channel in one column, each the loudest of its frequencies.
        private mutating func add(_ powers: [Double], _ bands: FrequencyBands) {
            for row in bands.rows {
                let power = powers[row].max() ?? 0
                values.append(power > 0 ? max(Float(10 * log10(power)), silence) : silence)
            }
        }
    }
}
