import Glibc
import Recordings
import Support
import SyntheticRecordings
import Testing
import WaveFile

@testable import Spectrogram

struct SpectrogramPictureTests {
    /// A recording of 32-bit floats.
    private static func recording(
        rate: UInt32 = 48_000, sampleCount: UInt64, channels: Int = 1, start: Timestamp? = nil,
        unreadable: Range<UInt64> = 0..<0, _ value: @escaping @Sendable (UInt64, Int) -> Float
    ) -> Recording {
        .synthetic(
            "pond/0", source: "pond.wav", sampleCount: sampleCount, channels: channels, rate: rate, encoding: .float32,
            start: start, samples: SoundSamples(channels: channels, unreadable: unreadable, value: value))
    }

    /// A sine of half of full scale.
    private static func sine(_ hertz: Double, rate: Double = 48_000) -> @Sendable (UInt64, Int) -> Float {
        { sample, _ in Float(0.5 * sin(2 * .pi * hertz * Double(sample) / rate)) }
    }

    /// A small picture, since many are drawn.
    private static let small = SpectrogramOptions(width: 400, height: 300)

    private static func draw(_ recording: Recording, _ options: SpectrogramOptions = small) throws -> DecodedPicture {
        let drawn = try SpectrogramPicture(of: recording, options: options).draw()
        #expect(drawn.problems.isEmpty)
        #expect(drawn.png.count == SpectrogramPicture.byteCount(options))
        return try DecodedPicture(drawn.png)
    }

    /// The line with the loudest colour in column `x` of a panel.
    private static func loudest(_ picture: DecodedPicture, x: Int, in lines: Range<Int>) -> Int? {
        lines.max { picture.pixel(x, $0) < picture.pixel(x, $1) }
    }

    private static func layout(_ options: SpectrogramOptions = small, channels: Int = 1) -> PictureLayout {
        PictureLayout(width: options.width, height: options.height, channelCount: channels)
    }

    @Test(arguments: [1000.0, 7350, 15_000, 23_000])
    func `a tone lies in the row of its frequency`(hertz: Double) throws {
        let layout = Self.layout()
        let picture = try Self.draw(Self.recording(sampleCount: 480_000, Self.sine(hertz)))
        let lines = layout.panels[0]
        let expected = lines.upperBound - 1 - Int(hertz / 24_000 * Double(lines.count))
        for share in [0.1, 0.5, 0.9] {
            let x = layout.columns.lowerBound + Int(share * Double(layout.columns.count))
            let found = try #require(Self.loudest(picture, x: x, in: lines))
            #expect(abs(found - expected) <= 1)
        }
    }

    @Test func `a click lies in the column of its time`() throws {
        let layout = Self.layout()
        let picture = try Self.draw(Self.recording(sampleCount: 480_000) { sample, _ in sample == 360_000 ? 1 : 0 })
        let y = layout.panels[0].lowerBound + 80
        let loud = layout.columns.filter { picture.pixel($0, y) > 0 }
        let expected = layout.columns.lowerBound + layout.columns.count * 3 / 4
        #expect(loud.contains(expected))
        #expect(loud.allSatisfy { abs($0 - expected) <= 2 })
    }

    @Test func `a picture up to a lower frequency shows what is below it at its full height`() throws {
        let options = SpectrogramOptions(width: 400, height: 300, maximumFrequency: 3000)
        let layout = Self.layout(options)
        let picture = try Self.draw(Self.recording(sampleCount: 480_000, Self.sine(1500)), options)
        let lines = layout.panels[0]
        let found = try #require(Self.loudest(picture, x: 200, in: lines))
        #expect(abs(found - (lines.lowerBound + lines.upperBound) / 2) <= 1)
    }

    @Test func `a tone keeps its place in a recording of a day, of which some windows are read`() throws {
        let layout = Self.layout()
        let half: UInt64 = 48_000 * 3600 * 12
        let (low, high) = (Self.sine(3000), Self.sine(18_000))
        let picture = try Self.draw(
            Self.recording(sampleCount: 2 * half) { sample, channel in
                sample < half ? low(sample % 48_000, channel) : high(sample % 48_000, channel)
            })
        let lines = layout.panels[0]
        let middle = layout.columns.lowerBound + layout.columns.count / 2
        for (x, hertz) in [(middle - 2, 3000), (middle + 2, 18_000)] {
            let found = try #require(Self.loudest(picture, x: x, in: lines))
            #expect(abs(found - (lines.upperBound - 1 - hertz * lines.count / 24_000)) <= 1)
        }
    }

    @Test func `each channel has a panel, up to four`() throws {
        let options = SpectrogramOptions(width: 400, height: 600)
        let layout = Self.layout(options, channels: 6)
        #expect(layout.panels.count == 4)
        let picture = try Self.draw(
            Self.recording(sampleCount: 48_000, channels: 6) { sample, channel in
                Self.sine(Double(channel + 1) * 3000)(sample, channel)
            }, options)
        for (channel, lines) in layout.panels.enumerated() {
            let found = try #require(Self.loudest(picture, x: 200, in: lines))
            let expected = lines.upperBound - 1 - (channel + 1) * 3000 * lines.count / 24_000
            #expect(abs(found - expected) <= 1)
        }
    }

    @Test func `the scale ends at the loudest level, in steps of ten decibels`() throws {
        let plan = WindowPlan(windowLength: 1024, samples: 0..<48_000, columnCount: 50, groupCount: 1)
        let bands = FrequencyBands(rowCount: 100, maximum: 24_000, windowLength: 1024, rate: 48_000)
        let levels = try Levels(
            of: Self.recording(sampleCount: 48_000, Self.sine(6000)), plan, bands, channelCount: 1)
        // Half of full scale is 6 dB below it.
        #expect(abs(levels.level(channel: 0, column: 20, row: 25) + 6.02) < 0.05)
        let scale = LevelScale(of: levels, from: 1)
        #expect(scale.loudest == 0)
        #expect(scale.quietest == -100)
    }

    @Test(arguments: [Float.nan, .infinity, -.infinity, .greatestFiniteMagnitude, 0, 1])
    func `samples of any value make a picture`(value: Float) throws {
        _ = try Self.draw(Self.recording(sampleCount: 5000) { sample, _ in sample % 3 == 0 ? value : 0.25 })
        _ = try Self.draw(Self.recording(sampleCount: 5000) { _, _ in value })
    }

    @Test(arguments: [1, 8000, 250_000, 500_000, 4_294_967_295 / 4] as [UInt32])
    func `recordings of any rate and length make a picture`(rate: UInt32) throws {
        for sampleCount: UInt64 in [0, 1, 2, 63, 10_000, UInt64(Int64.max)] {
            for start in [nil, Timestamp(seconds: 1_750_222_800)] {
                _ = try Self.draw(
                    Self.recording(rate: rate, sampleCount: sampleCount, start: start) { _, _ in 0.5 },
                    SpectrogramOptions(width: 240, height: 160))
            }
        }
    }

    @Test func `silence has the quietest colour everywhere`() throws {
        let layout = Self.layout()
        let picture = try Self.draw(Self.recording(sampleCount: 48_000) { _, _ in 0 })
        let isQuiet = layout.panels[0].allSatisfy { y in layout.columns.allSatisfy { picture.pixel($0, y) == 0 } }
        #expect(isQuiet)
    }

    @Test func `what cannot be read is hatched, and named`() throws {
        let recording = Self.recording(sampleCount: 480_000, unreadable: 240_000..<250_000, Self.sine(1000))
        let drawn = try SpectrogramPicture(of: recording, options: Self.small).draw()
        let layout = Self.layout()
        #expect((5...9).contains(drawn.problems.count))
        #expect(drawn.problems.first?.problem == "cannot be decoded")
        let picture = try DecodedPicture(drawn.png)
        let x = layout.columns.lowerBound + layout.columns.count * 245 / 480
        let isHatched = layout.panels[0].allSatisfy {
            [Ink.gap.index, Ink.line.index].contains(picture.pixel(x, $0))
        }
        #expect(isHatched)
        #expect(picture.pixel(x - 30, layout.panels[0].lowerBound + 9) < UInt8(Ink.levelCount))
    }

    @Test func `a picture has the same bytes each time`() throws {
        let recording = Self.recording(sampleCount: 30_000, channels: 2) { sample, channel in
            Float(sample &* 2_654_435_761 % 1000 + UInt64(channel)) / 1000
        }
        let first = try SpectrogramPicture(of: recording, options: Self.small).draw().png
        let second = try SpectrogramPicture(of: recording, options: Self.small).draw().png
        let isSame = first == second
        #expect(isSame)
    }

    @Test func `the title has the name, the start and the device, as far as they are known`() {
        var facts = Self.recording(sampleCount: 1) { _, _ in 0 }.facts
        #expect(PictureTitle(facts, panelCount: 1).name == "pond.wav")
        #expect(PictureTitle(facts, panelCount: 1).facts == "48000 Hz")
        facts.start = Timestamp(iso8601: "2025-06-18T05:00:00+02:00")
        facts.make = "Open Acoustic Devices"
        facts.model = "AudioMoth"
        facts.serial = "24E1"
        #expect(
            PictureTitle(facts, panelCount: 1).facts
                == "2025-06-18 05:00:00+02:00, Open Acoustic Devices AudioMoth 24E1, 48000 Hz")
    }

    @Test func `work that is cancelled ends without a picture`() {
        let recording = Self.recording(sampleCount: 480_000) { _, _ in 0 }
        #expect(throws: RecordingError.self) {
            try Cancellation { .interrupted }.run { () throws(RecordingError) in
                _ = try SpectrogramPicture(of: recording).draw()
            }
        }
    }
}
