using Federated.Core.Privacy;
using Federated.Core.Privacy.SecureAggregation;
using Federated.Core.Privacy.SecureAggregation.Coding;
using Federated.Core.Privacy.SecureAggregation.Cryptography;
using Federated.Core.Privacy.SecureAggregation.Rounds;

namespace Federated.Core.Tests.Privacy.SecureAggregation;

/// <summary>Clients and a coordinator of one attempt, without a network: each step hands every message over, but for those of clients that have dropped out before it. Clients hold integers and scalars of their own choice.</summary>
internal sealed class MaskedCohort : IDisposable
{
    public static readonly MaskingContext Context = new("run", 2, 1);
    private readonly Dictionary<string, ClientIdentity> _identities = [];
    private readonly SortedDictionary<string, MaskingClient> _clients = new(StringComparer.Ordinal);
    private readonly HashSet<string> _gone = [];

    public MaskedCohort(int count, MaskingRules rules, MaskedLayout? layout = null, MaskingContext? context = null, ISecureRandom? random = null, MaskedCohort? identitiesOf = null)
    {
        (Layout, Sum) = (layout ?? new(20, 12, 2), new(layout ?? new(20, 12, 2)));
        Names = [.. Enumerable.Range(1, count).Select(i => $"client-{i:000}")];
        if (rules.Identities)
            foreach (var name in Names) _identities[name] = identitiesOf is null ? ClientIdentity.Create() : ClientIdentity.FromPem(identitiesOf.Identity(name).PrivatePem);
        Peers = new(_identities.ToDictionary(pair => pair.Key, pair => pair.Value.PublicPem));
        foreach (var name in Names)
            _clients[name] = new(context ?? Context, name, rules, Layout, random ?? SystemRandom.Instance, rules.Identities ? _identities[name] : null, rules.Identities ? Peers : null);
        State = new MaskedRoundState { Context = context ?? Context, Rules = rules }.Select(Names, count);
    }

    public string[] Names { get; }

    public PeerIdentities Peers { get; }

    public MaskedLayout Layout { get; }

    public MaskedSum Sum { get; }

    public MaskedRoundState State { get; set; }

    public Dictionary<string, byte[]> Uploads { get; } = [];

    // What clients mask in place of Integers.
    public Func<string, int[]>? Own { get; init; }

    public MaskingClient this[string name] => _clients[name];

    public ClientIdentity Identity(string name) => _identities[name];

    // What a client has to say: different for every client and place, with both signs.
    public static int[] Integers(string name, MaskedLayout layout) => [.. Enumerable.Range(0, layout.Length).Select(i => (int.Parse(name[^3..], System.Globalization.CultureInfo.InvariantCulture) * 7 + i * 3) % 23 - 11)];

    public static ulong[] Scalars(string name, MaskedLayout layout) => [.. Enumerable.Range(0, layout.Scalars).Select(i => ScalarCodec.Encode(int.Parse(name[^3..], System.Globalization.CultureInfo.InvariantCulture) - 5.5 * i, 1000))];

    public void Drop(params string[] names) => _gone.UnionWith(names);

    public void Advertise() => Step(MaskedPhase.Training, name => Take(State.Advertise(_clients[name].Advertise(), State.Rules.Identities ? Peers : null)), graphSeed: 9);

    public void Share() => Step(MaskedPhase.Sharing, name =>
    {
        if (State.SharingFor(name) is { } request) Take(State.Share(Value(_clients[name].Share(request))));
    });

    public void Mask() => Step(MaskedPhase.Masking, name =>
    {
        if (State.MaskingFor(name) is not { } request) return;
        Assert.Null(_clients[name].Take(request));
        Uploads[name] = _clients[name].Mask(Own?.Invoke(name) ?? Integers(name, Layout), Scalars(name, Layout));
        Assert.Null(State.Check(name));
        State = State.Fold(name);
        Assert.Null(Sum.Add(Uploads[name]));
        State = State.Accept(name);
    });

    public void Confirm() => Step(MaskedPhase.Confirming, name =>
    {
        if (State.ConfirmingFor(name) is { } request) Take(State.Confirm(Value(_clients[name].Confirm(request)), Peers));
    });

    public void Unmask() => Step(MaskedPhase.Unmasking, name =>
    {
        if (State.UnmaskingFor(name) is { } request) Take(State.Reveal(Value(_clients[name].Unmask(request))));
    });

    // All phases from the present one on, as long as the attempt lives.
    public void Run()
    {
        foreach (var (phase, step) in new (MaskedPhase, Action)[] { (MaskedPhase.Training, Advertise), (MaskedPhase.Sharing, Share), (MaskedPhase.Masking, Mask), (MaskedPhase.Confirming, Confirm), (MaskedPhase.Unmasking, Unmask) })
            if (State.Phase == phase)
                step();
    }

    // The sum of some clients' own vectors, by plain addition, against what was unmasked.
    public void AssertSumIsOf(IEnumerable<string> survivors)
    {
        var ring = (1L << Layout.RingBits) - 1;
        string[] names = [.. survivors];
        for (var i = 0; i < Layout.Length; i++) Assert.Equal(names.Sum(name => Integers(name, Layout)[i]) & ring, Sum.Values[i] & ring);
        for (var i = 0; i < Layout.Scalars; i++) Assert.Equal(names.Sum(name => ScalarCodec.Decode(Scalars(name, Layout)[i])), ScalarCodec.Decode(Sum.Scalars[i]));
    }

    public static T Value<T>(MaskingResult<T> result)
        where T : class
    {
        Assert.Equal("", result.Detail);
        return result.Value!;
    }

    public void Dispose()
    {
        foreach (var client in _clients.Values) client.Dispose();
        foreach (var identity in _identities.Values) identity.Dispose();
        Peers.Dispose();
    }

    private void Step(MaskedPhase phase, Action<string> answer, ulong graphSeed = 0)
    {
        Assert.Equal(phase, State.Phase);
        foreach (var name in Names.Where(name => !_gone.Contains(name) && State.Decide().Verdict == MaskedVerdict.Continue)) answer(name);
        // The rest neither answers nor says that it will not: the deadline decides.
        if (State.Decide().Verdict == MaskedVerdict.Continue) State = State.Expire();
        var decision = State.Decide();
        Assert.NotEqual(MaskedVerdict.Continue, decision.Verdict);
        State = decision.Verdict == MaskedVerdict.Advance ? State.Advance(graphSeed) : State.Abort();
    }

    private void Take(MaskedStep step)
    {
        Assert.Null(step.Refused);
        State = step.State;
    }
}
