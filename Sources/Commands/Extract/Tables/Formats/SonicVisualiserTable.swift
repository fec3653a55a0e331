extension TitledTable {
    /// A layer that Sonic Visualiser exported with a line of titles.
    static let sonicVisualiser = TitledTable(
        program: "Sonic Visualiser's", marks: ["label"], start: ["time"], duration: ["duration"], hasPoints: true)

    /// One that was exported with times in sample frames: then durations are, too (Event.h and BoxModel.h of svcore).
    static let sonicVisualiserFrames = TitledTable(
        program: "Sonic Visualiser's", marks: ["label"],
        start: [TimeColumn("frame", .samples), TimeColumn("startframe", .samples)],
        end: [TimeColumn("endframe", .samples)], duration: [TimeColumn("duration", .samples)], hasPoints: true)
}
