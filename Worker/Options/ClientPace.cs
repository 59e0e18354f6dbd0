using System.Collections.Immutable;
using System.Globalization;
using Federated.Core.Randomness;

namespace Federated.Worker.Options;

/// <summary>Clients that are slower on purpose, in a simulation: which they are, and how long each client's training takes at least. Only a host that simulates sets it; no worker of a deployment can.</summary>
/// <param name="Share">Share of the clients that are slow, 0 to 1.</param>
/// <param name="Factor">How many times longer a slow client takes, at least 1.</param>
/// <param name="Time">What a client's training takes at least that is not slow; zero for as long as it computes.</param>
public sealed record ClientPace(double Share, double Factor, TimeSpan Time)
{
    /// <summary>What <see cref="Parse"/> understands.</summary>
    public const string Rule = "it must be SHARE:FACTOR or SHARE:FACTOR:SECONDS, with a share from 0 to 1, a factor from 1 to 1000 and 0 to 3600 seconds, for example 0.2:5:0.5.";

    /// <summary>Reads <c>SHARE:FACTOR[:SECONDS]</c>; null where it is not that.</summary>
    public static ClientPace? Parse(string text)
    {
        var parts = text.Split(':');
        if (parts.Length is not (2 or 3)) return null;
        var numbers = parts.Select(part => double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : double.NaN).ToArray();
        var seconds = numbers.Length == 3 ? numbers[2] : 0;
        return numbers[0] is >= 0 and <= 1 && numbers[1] is >= 1 and <= 1000 && seconds is >= 0 and <= 3600 ? new(numbers[0], numbers[1], TimeSpan.FromSeconds(seconds)) : null;
    }

    /// <summary>The slow clients: the share, rounded half away from zero, drawn from the seed alone.</summary>
    /// <param name="seed">The job's.</param>
    /// <param name="clients">All clients of the run; their order does not matter.</param>
    public ImmutableHashSet<string> Slow(ulong seed, IEnumerable<string> clients)
    {
        var all = clients.Order(StringComparer.Ordinal).ToArray();
        new RandomStream(SeedTree.Derive(seed, "stragglers")).Shuffle<string>(all);
        return [.. all.Take((int)Math.Round(Share * all.Length, MidpointRounding.AwayFromZero))];
    }

    /// <summary>How long a client waits after it has computed.</summary>
    /// <param name="slow">Whether it is one of <see cref="Slow"/>.</param>
    /// <param name="computed">How long it computed, at least zero.</param>
    public TimeSpan Wait(bool slow, TimeSpan computed)
    {
        var whole = (computed > Time ? computed : Time) * (slow ? Factor : 1);
        return whole - computed;
    }
}
