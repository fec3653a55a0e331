public import Recordings
import Support
import WaveFile

/// A picture of a recording, or of a part of it: how loud each frequency is at each time, with axes, a scale and a title.
///
/// Its bytes follow from the recording and the options, and its size from the options alone.
public struct SpectrogramPicture: Sendable {
    private let recording: Recording
    private let samples: Range<Int64>
    private let options: SpectrogramOptions
    private let layout: PictureLayout

    /// Places in each column of a long recording at which it is read.
    private static let groupCount = 1

    /// A picture of `samples` of `recording`, of all if that is nil. Samples outside the recording are not shown.
    public init(
        of recording: Recording, samples: Range<Int64>? = nil, options: SpectrogramOptions = SpectrogramOptions()
    ) {
        self.recording = recording
        self.samples = (samples ?? recording.readableSamples).clamped(to: recording.readableSamples)
        self.options = options
        layout = PictureLayout(
            width: options.width, height: options.height, channelCount: recording.format.channels)
    }

    /// Bytes of a picture with `options`.
    public static func byteCount(_ options: SpectrogramOptions) -> Int {
        PNG.byteCount(width: options.width, height: options.height)
    }

    /// Reads the recording and draws it as a PNG file, on all processors. Throws only if the work is cancelled: what cannot be read is
    /// hatched, and is a problem of the picture.
    public func draw() throws(RecordingError) -> DrawnSpectrogram {
        let rate = recording.format.sampleRate
        let maximum = min(options.maximumFrequency ?? .infinity, Double(rate) / 2)
        let rowCount = layout.panels.first?.count ?? 1
        let plan = WindowPlan(
            windowLength: windowLength(rowCount: rowCount, maximum: maximum), samples: samples,
            columnCount: layout.columns.count, groupCount: Self.groupCount)
        let bands = FrequencyBands(
            rowCount: rowCount, maximum: maximum, windowLength: plan.windowLength, rate: rate)
        let levels = try Levels(of: recording, plan, bands, channelCount: layout.panels.count)
        let scale = LevelScale(of: levels, from: bands.firstAudibleRow)
        var canvas = Canvas(width: options.width, height: options.height)
        draw(levels, scale, on: &canvas)
        drawFrequencies(upTo: maximum, on: &canvas)
        drawTimes(on: &canvas)
        draw(scale, on: &canvas)
        drawTitle(on: &canvas)
        return DrawnSpectrogram(
            png: PNG.bytes(of: canvas, colours: Ink.table(options.palette)), problems: levels.problems)
    }

    /// Samples of a window: as many as tell the rows apart, but a small part of the picture.
    private func windowLength(rowCount: Int, maximum: Double) -> Int {
        let wanted = 2 * Double(rowCount) * (Double(recording.format.sampleRate) / 2 / maximum)
        let limit = min(max(Int64(samples.count) / 4, 64), 32_768)
        var length = 64
        // Up to the power of two that is nearest, by its logarithm.
        while Double(length) * Double(2).squareRoot() < max(wanted, 512), Int64(length) * 2 <= limit { length *= 2 }
        return length
    }

    // MARK: - Drawing

    private func draw(_ levels: Levels, _ scale: LevelScale, on canvas: inout Canvas) {
        for (channel, lines) in layout.panels.enumerated() {
            for column in 0..<levels.columnCount {
                let x = layout.columns.lowerBound + column
                for row in 0..<levels.rowCount {
                    let y = lines.upperBound - 1 - row
                    let level = levels.level(channel: channel, column: column, row: row)
                    let isHatched = (x + y) % 8 < 2
                    canvas.set(
                        x, y, level.isNaN ? (isHatched ? .line : .gap) : .level(scale.share(level)))
                }
            }
            canvas.frame(layout.columns, lines, .line)
        }
    }

    private func drawFrequencies(upTo maximum: Double, on canvas: inout Canvas) {
        let left = layout.columns.lowerBound
        for lines in layout.panels {
            let axis = FrequencyAxis(height: lines.count, maximum: maximum)
            for tick in axis.ticks {
                let y = lines.upperBound - tick.place
                canvas.fill(left - 6..<left - 1, y..<y + 1, .line)
                let x = left - 9 - BitmapFont.width(of: tick.label)
                let top = min(max(y - BitmapFont.height / 2, lines.lowerBound - 5), lines.upperBound - 9)
                canvas.write(tick.label, x, top)
            }
            guard lines == layout.panels.first else { continue }
            canvas.write(axis.unit, left - 9 - BitmapFont.width(of: axis.unit), lines.lowerBound - 19)
        }
    }

    private func drawTimes(on canvas: inout Canvas) {
        let axis = TimeAxis(
            width: layout.columns.count, samples: samples, rate: recording.format.sampleRate, start: recording.start)
        let top = layout.barLines.upperBound
        for tick in axis.ticks {
            let x = layout.columns.lowerBound + tick.place
            canvas.fill(x..<x + 1, top + 1..<top + 6, .line)
            for (line, text) in [tick.label, tick.note].enumerated() {
                let width = BitmapFont.width(of: text)
                let left = min(max(x - width / 2, 2), options.width - width - 2)
                canvas.write(text, left, top + 8 + line * BitmapFont.height)
            }
        }
        canvas.write(axis.caption, layout.columns.lowerBound, top + 8 + BitmapFont.height)
    }

    private func draw(_ scale: LevelScale, on canvas: inout Canvas) {
        let (columns, lines) = (layout.barColumns, layout.barLines)
        for y in lines {
            let share = Float(lines.upperBound - 1 - y) / Float(max(lines.count - 1, 1))
            canvas.fill(columns, y..<y + 1, .level(share))
        }
        canvas.frame(columns, lines, .line)
        for tick in LevelAxis(height: lines.count, scale: scale).ticks {
            let y = lines.upperBound - tick.place
            canvas.fill(columns.upperBound + 1..<columns.upperBound + 5, y..<y + 1, .line)
            let top = min(max(y - BitmapFont.height / 2, lines.lowerBound - 5), lines.upperBound - 9)
            canvas.write(tick.label, columns.upperBound + 8, top)
        }
        canvas.write("dBFS", columns.lowerBound, lines.lowerBound - 19)
    }

    private func drawTitle(on canvas: inout Canvas) {
        let left = layout.columns.lowerBound
        let title = PictureTitle(recording.facts, panelCount: layout.panels.count)
        let room = options.width - left - 4
        canvas.write(BitmapFont.shortened(title.name, toFit: room), left, 4)
        // Beside the unit of the levels, which is on the same line.
        canvas.write(BitmapFont.shortened(title.facts, toFit: room), left, 6 + BitmapFont.height)
    }
}

/// A spectrogram that was drawn.
public struct DrawnSpectrogram: Sendable {
    /// The bytes of the PNG file.
    public let png: [UInt8]
    /// Why parts could not be read; they are hatched.
    public let problems: [RecordingError]
}
