/// The choices of the user who has a spectrogram drawn.
public struct SpectrogramOptions: Sendable, Equatable {
    /// The widths that a picture can have, in pixels.
    public static let widths = 240...4096
    /// The heights that a picture can have, in pixels.
    public static let heights = 160...4096

    /// The size of the whole picture, in pixels.
    public let width: Int, height: Int
    /// The highest frequency that is shown, in hertz; nil for half the sample rate, which it cannot exceed.
    public let maximumFrequency: Double?
    /// The colours of levels.
    public let palette: Palette

    /// A picture of that size, or of the nearest that is possible. A `maximumFrequency` that is not above zero counts as none.
    public init(
        width: Int = 1280, height: Int = 720, maximumFrequency: Double? = nil, palette: Palette = .viridis
    ) {
        self.width = min(max(width, Self.widths.lowerBound), Self.widths.upperBound)
        self.height = min(max(height, Self.heights.lowerBound), Self.heights.upperBound)
        self.maximumFrequency = maximumFrequency.flatMap { $0 > 0 ? $0 : nil }
        self.palette = palette
    }
}
