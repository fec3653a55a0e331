/// Where everything is in a picture, in pixels.
struct PictureLayout: Equatable {
    /// The columns of all panels.
    let columns: Range<Int>
    /// The lines of each panel, one for each channel that is shown; all panels have equally many.
    let panels: [Range<Int>]
    /// The bar of colours.
    let barColumns: Range<Int>, barLines: Range<Int>

    /// The most channels that have a panel.
    static let channelLimit = 4
    private static let leastPanelHeight = 48
    private static let gapHeight = 6
    /// Left of the panels: the frequencies. Right of them: the bar and the levels.
    private static let leftWidth = 60, rightWidth = 80
    private static let barDistance = 16, barWidth = 14
    /// Above them: two lines and the unit. Below them: two lines.
    private static let topHeight = 54, bottomHeight = 42

    /// The layout of a picture of that size of a recording with so many channels.
    init(width: Int, height: Int, channelCount: Int) {
        columns = Self.leftWidth..<max(width - Self.rightWidth, Self.leftWidth + 1)
        let lines = Self.topHeight..<max(height - Self.bottomHeight, Self.topHeight + 1)
        let room = (lines.count + Self.gapHeight) / (Self.leastPanelHeight + Self.gapHeight)
        let count = max(min(channelCount, Self.channelLimit, room), 1)
        let panelHeight = max((lines.count - (count - 1) * Self.gapHeight) / count, 1)
        panels = (0..<count).map { panel in
            let start = lines.lowerBound + panel * (panelHeight + Self.gapHeight)
            return start..<start + panelHeight
        }
        barColumns = columns.upperBound + Self.barDistance..<columns.upperBound + Self.barDistance + Self.barWidth
        barLines = lines.lowerBound..<(panels.last?.upperBound ?? lines.upperBound)
    }
}
