import Support
import Testing

struct CheckedMathTests {
    @Test func `checked arithmetic returns results that fit`() {
        #expect(UInt8(200).adding(55) == 255)
        #expect(UInt8(5).subtracting(5) == 0)
        #expect(Int64(-3).multiplied(by: 4) == -12)
        #expect(UInt64(10).dividedRoundingUp(by: 3) == 4)
        #expect(UInt64(9).dividedRoundingUp(by: 3) == 3)
        #expect(UInt64.max.dividedRoundingUp(by: 1) == .max)
    }

    @Test func `checked arithmetic returns nil for results that do not fit`() {
        #expect(UInt8(200).adding(56) == nil)
        #expect(UInt8(5).subtracting(6) == nil)
        #expect(Int64.min.multiplied(by: -1) == nil)
        #expect(UInt64(10).dividedRoundingUp(by: 0) == nil)
        #expect(Int(10).dividedRoundingUp(by: -1) == nil)
        #expect(Int(-10).dividedRoundingUp(by: 3) == nil)
    }
}
