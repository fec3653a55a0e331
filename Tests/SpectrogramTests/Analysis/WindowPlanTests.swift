import Testing

@testable import Spectrogram

struct WindowPlanTests {
    private static func plan(_ samples: Range<Int64>, columns: Int = 100, groups: Int = 1) -> WindowPlan {
        WindowPlan(windowLength: 1024, samples: samples, columnCount: columns, groupCount: groups)
    }

    @Test func `the windows of a short column lie around its middle`() {
        #expect(Self.plan(0..<10_000).groups(of: 0) == [.init(starts: [50 - 512])])
        #expect(Self.plan(0..<10_000).groups(of: 99) == [.init(starts: [9950 - 512])])
        #expect(Self.plan(20_000..<30_000).groups(of: 1) == [.init(starts: [20_150 - 512])])
    }

    @Test func `windows cover a column of several windows' length, each half over the one before`() {
        let groups = Self.plan(0..<409_600).groups(of: 10)
        let expected: [Int64] = [40_704, 41_216, 41_728, 42_240, 42_752, 43_264, 43_776, 44_288]
        #expect(groups == [WindowPlan.Group(starts: expected)])
    }

    @Test func `a long column has a few windows around places that are evenly spread`() {
        let hour: Range<Int64> = 0..<172_800_000
        let expected: [Int64] = [6_046_720, 6_047_232, 6_047_744, 6_048_256]
        #expect(Self.plan(hour).groups(of: 3) == [WindowPlan.Group(starts: expected)])
        let middles = Self.plan(hour, groups: 2).groups(of: 0).map { $0.starts[0] + 1280 }
        #expect(middles == [432_000, 1_296_000])
    }

    @Test(arguments: [0..<0, 0..<1, 0..<Int64.max, Int64.max - 7..<Int64.max] as [Range<Int64>])
    func `recordings of any length have windows in each column`(samples: Range<Int64>) {
        for columns in [1, 7, 4000] {
            let plan = Self.plan(samples, columns: columns)
            for column in [0, columns / 2, columns - 1] {
                let starts = plan.groups(of: column).flatMap(\.starts)
                #expect((1...16).contains(starts.count))
                #expect(starts.allSatisfy { $0 >= -1024 && $0 <= samples.upperBound })
            }
        }
    }
}
