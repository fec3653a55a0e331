import Support

/// A run of samples that is decoded at once and kept as one block.
struct DecodeUnit {
    /// Its number among the recording's units.
    let number: UInt64
    /// The decoded samples it covers, before anything is trimmed from the stream's ends.
    let samples: Range<UInt64>
}

/// Decodes units of a stream.
protocol UnitDecoder {
    /// The samples of `unit` as WAV bytes, from its first on; throws rather than yield other samples than the stream's.
    func decode(_ unit: DecodeUnit) throws(RecordingError) -> Block

    /// Has the store fetch what the units are decoded from, if it is a decoder of a run; nil if it has no round trips to save.
    func fetchAhead() -> FetchedBytes?

    /// Tells the store what the units are decoded from, if it is a decoder of a run.
    func expect()
}

extension UnitDecoder {
    /// Nothing is known of any unit.
    func fetchAhead() -> FetchedBytes? { nil }

    /// Nothing is known of any unit.
    func expect() {}
}

/// A coded stream cut into units that decode to the same samples however they are reached.
protocol DecodeUnits: UnitDecoder, Sendable {
    /// The unit that holds decoded sample `sample`, which is below the stream's sample count.
    func unit(containing sample: UInt64) throws(RecordingError) -> DecodeUnit

    /// Reads what finding units needs, so far as it is kept. What cannot be read is left to the first read.
    func prepare()

    /// The unit that is best decoded before `unit`, since its decoding ends where that one's begins; nil if there is none, or
    /// nothing to gain.
    func predecessor(of unit: DecodeUnit) throws(RecordingError) -> DecodeUnit?

    /// The decoded samples around `sample`, from where to where one thread decodes in less time than several would, each a part; nil if
    /// that is so nowhere. They begin and end with units.
    func stretch(containing sample: UInt64) -> Range<UInt64>?

    /// A decoder of `run`, units that follow each other and are decoded one after the other by one thread. It decodes them to
    /// what this one does, and may read at once what several are decoded from.
    func decoder(of run: ArraySlice<DecodeUnit>) -> any UnitDecoder
}

extension DecodeUnits {
    /// Finds the first.
    func prepare() {
        _ = try? unit(containing: 0)
    }

    /// None: each unit is decoded by itself.
    func predecessor(of unit: DecodeUnit) throws(RecordingError) -> DecodeUnit? { nil }

    /// None: each unit is decoded by itself.
    func stretch(containing sample: UInt64) -> Range<UInt64>? { nil }

    /// This one.
    func decoder(of run: ArraySlice<DecodeUnit>) -> any UnitDecoder { self }
}
