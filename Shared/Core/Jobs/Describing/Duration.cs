using System.Globalization;
using System.Text;

namespace Federated.Core.Jobs.Describing;

/// <summary>Durations as people write them: 250ms, 60s, 5m, 1h30m, 7d. Whole numbers, large units first, each unit once.</summary>
internal static class Duration
{
    /// <summary>For messages.</summary>
    public const string Examples = "60s, 5m, 1h30m or 250ms";

    private const int MostDigits = 12;   // 10^12 days still fit a decimal count of ticks

    private static readonly (string Unit, long Ticks)[] Units =
    [
        ("d", TimeSpan.TicksPerDay), ("h", TimeSpan.TicksPerHour), ("m", TimeSpan.TicksPerMinute), ("s", TimeSpan.TicksPerSecond),
        ("ms", TimeSpan.TicksPerMillisecond),
    ];

    /// <summary>Reads a duration.</summary>
    /// <returns>null when the text is none. Durations beyond what a <see cref="TimeSpan"/> holds are its maximum.</returns>
    public static TimeSpan? Parse(string text)
    {
        decimal ticks = 0;
        var next = 0;
        for (var at = 0; at < text.Length;)
        {
            var digits = 0;
            while (at + digits < text.Length && char.IsAsciiDigit(text[at + digits])) digits++;
            var letters = 0;
            while (at + digits + letters < text.Length && char.IsAsciiLetterLower(text[at + digits + letters])) letters++;
            var unit = Array.FindIndex(Units, next, u => text.AsSpan(at + digits, letters).SequenceEqual(u.Unit));
            if (digits is 0 or > MostDigits || unit < 0) return null;
            ticks += decimal.Parse(text.AsSpan(at, digits), NumberStyles.None, CultureInfo.InvariantCulture) * Units[unit].Ticks;
            (at, next) = (at + digits + letters, unit + 1);
        }
        return next == 0 ? null : ticks > long.MaxValue ? TimeSpan.MaxValue : TimeSpan.FromTicks((long)ticks);
    }

    /// <summary>Writes a duration so that <see cref="Parse"/> reads the same.</summary>
    /// <exception cref="ArgumentException">Below zero, or not a whole number of milliseconds.</exception>
    public static string Format(TimeSpan duration)
    {
        var ticks = duration.Ticks;
        if (ticks < 0 || ticks % TimeSpan.TicksPerMillisecond != 0)
            throw new ArgumentException($"{duration} cannot be written: durations are whole milliseconds from 0.", nameof(duration));
        if (ticks == 0) return "0s";
        var text = new StringBuilder();
        foreach (var (unit, size) in Units)
        {
            if (ticks >= size) text.Append(CultureInfo.InvariantCulture, $"{ticks / size}{unit}");
            ticks %= size;
        }
        return text.ToString();
    }
}
