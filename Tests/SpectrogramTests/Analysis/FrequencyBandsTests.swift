import Testing

@testable import Spectrogram

struct FrequencyBandsTests {
    @Test func `each frequency is in one row if there are more frequencies than rows`() {
        let bands = FrequencyBands(rowCount: 100, maximum: 24_000, windowLength: 1024, rate: 48_000)
        #expect(bands.rows.flatMap { Array($0) } == Array(0...512))
        #expect(bands.firstAudibleRow == 1)
    }

    @Test func `each row has the nearest frequency if there are fewer`() {
        let bands = FrequencyBands(rowCount: 64, maximum: 4, windowLength: 64, rate: 8)
        #expect(bands.rows[0] == 0...0)
        #expect(bands.rows[63] == 32...32)
        #expect(bands.rows.allSatisfy { $0.count == 1 })
    }

    @Test func `rows up to a lower frequency leave out what is above it`() {
        let bands = FrequencyBands(rowCount: 10, maximum: 10_000, windowLength: 4096, rate: 48_000)
        #expect(bands.rows.last == 768...853)
    }
}
