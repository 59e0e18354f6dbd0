using System.Collections.Immutable;
using Federated.Core.Privacy.SecureAggregation.Cryptography;
using Federated.Core.Privacy.SecureAggregation.Sharing;

namespace Federated.Core.Privacy.SecureAggregation.Rounds;

/// <summary>What the coordinator knows and decides of one attempt of a masked round: plain immutable data, of size O(n k) and without any client's vector. Messages that are late, repeated, foreign or malformed change nothing and are
/// refused with a reason. After every change ask <see cref="Decide"/>, and <see cref="Advance"/> when it says so.</summary>
/// <remarks>A masked vector is taken in two steps, since adding it to the <see cref="MaskedSum"/> takes time: <see cref="Fold"/> reserves the client's place, <see cref="Accept"/> or <see cref="Fail"/> follows.</remarks>
public sealed partial record MaskedRoundState
{
    private static readonly ImmutableSortedSet<string> NoClients = ImmutableSortedSet.Create<string>(StringComparer.Ordinal);

    /// <value>The attempt.</value>
    public required MaskingContext Context { get; init; }

    /// <value>From the job.</value>
    public required MaskingRules Rules { get; init; }

    /// <value>Where it stands.</value>
    public MaskedPhase Phase { get; init; }

    /// <value>Advertisements with which training closes; 0 while selecting.</value>
    public int Wanted { get; init; }

    /// <value>Clients asked; empty while selecting.</value>
    public ImmutableSortedSet<string> Cohort { get; init; } = NoClients;

    /// <value>Advertisements by client.</value>
    public ImmutableSortedDictionary<string, Advertisement> Advertised { get; init; } = None<Advertisement>();

    /// <value>U1: clients that advertised in time, in ordinal order; empty before Sharing. The client at position i has index i + 1.</value>
    public ImmutableSortedSet<string> Members { get; init; } = NoClients;

    /// <value>Sealed shares by client that shared.</value>
    public ImmutableSortedDictionary<string, ShareAnswer> Shared { get; init; } = None<ShareAnswer>();

    /// <value>U2: clients that shared in time and have enough others around that did; empty before Masking.</value>
    public ImmutableSortedSet<string> Sharers { get; init; } = NoClients;

    /// <value>Clients whose masked vector is being added.</value>
    public ImmutableSortedSet<string> Folding { get; init; } = NoClients;

    /// <value>U3: clients whose masked vector is in the sum.</value>
    public ImmutableSortedSet<string> Masked { get; init; } = NoClients;

    /// <value>U4: confirmations by client, with identities.</value>
    public ImmutableSortedDictionary<string, Confirmation> Confirmed { get; init; } = None<Confirmation>();

    /// <value>U5: revealed shares by client.</value>
    public ImmutableSortedDictionary<string, UnmaskAnswer> Revealed { get; init; } = None<UnmaskAnswer>();

    /// <value>Clients that take no further part, and why.</value>
    public ImmutableSortedDictionary<string, string> Failures { get; init; } = None<string>();

    /// <value>True when the phase's deadline has passed.</value>
    public bool Expired { get; init; }

    /// <value>Who masks with whom; null before Sharing.</value>
    public MaskingGraph? Graph { get; init; }

    /// <value>Clients that the phase still waits for, in ordinal order.</value>
    public IEnumerable<string> Missing => Parties.Where(client => !Failures.ContainsKey(client) && !Folding.Contains(client) && !Answered(client));

    // Those whose answer the phase takes.
    private IEnumerable<string> Parties => Phase switch
    {
        MaskedPhase.Training => Cohort,
        MaskedPhase.Sharing => Members,
        MaskedPhase.Masking => Sharers,
        MaskedPhase.Confirming => Masked,
        MaskedPhase.Unmasking => Rules.Identities ? Confirmed.Keys : Masked,
        _ => [],
    };

    /// <summary>Selecting to Training.</summary>
    /// <param name="cohort">Clients asked.</param>
    /// <param name="wanted">Advertisements with which training closes, at least <see cref="MaskingRules.Needed"/> and at most the cohort.</param>
    /// <exception cref="ArgumentException">The rules are at fault, or the wanted number does not fit.</exception>
    /// <exception cref="InvalidOperationException">Not selecting.</exception>
    public MaskedRoundState Select(IEnumerable<string> cohort, int wanted)
    {
        if (Phase != MaskedPhase.Selecting) throw new InvalidOperationException($"The attempt is {Phase}, not {MaskedPhase.Selecting}.");
        if (Rules.Fault() is { } fault) throw new ArgumentException(fault, nameof(cohort));
        var clients = NoClients.Union(cohort);
        if (wanted < Rules.Needed || wanted > clients.Count)
            throw new ArgumentOutOfRangeException(nameof(wanted), wanted, $"{Rules.Needed} to {clients.Count} clients can be waited for.");
        return this with { Phase = MaskedPhase.Training, Wanted = wanted, Cohort = clients };
    }

    /// <summary>A client has trained. Keys must be points of the curve; with a list of identities a signature is checked too.</summary>
    /// <param name="advertisement">What it says.</param>
    /// <param name="identities">The coordinator's own list, where it has one; clients check in any case.</param>
    public MaskedStep Advertise(Advertisement advertisement, PeerIdentities? identities = null)
    {
        var client = advertisement.Client;
        var before = Advertised.GetValueOrDefault(client);
        if (Early(MaskedPhase.Training, client, Cohort.Contains(client), before is not null, before?.Same(advertisement) ?? false) is { } refused) return new(this, refused);
        if (!EphemeralKey.IsPoint(advertisement.SealKey.AsSpan()) || !EphemeralKey.IsPoint(advertisement.MaskKey.AsSpan()) || advertisement.SealKey.AsSpan().SequenceEqual(advertisement.MaskKey.AsSpan()))
            return Refuse(MaskingRefusal.BadKey, $"The public keys of client '{client}' are not two points of the curve.");
        if (Rules.Identities != !advertisement.Signature.IsEmpty)
            return Refuse(MaskingRefusal.BadSignature, Rules.Identities ? $"Client '{client}' has not signed its keys." : $"Client '{client}' signs its keys, and the job does not ask for identities.");
        if (Rules.Identities && identities?.Verify(client, Statements.Keys(Context, client, advertisement.SealKey, advertisement.MaskKey), advertisement.Signature.AsSpan()) is { } bad) return new(this, bad);
        return new(this with { Advertised = Advertised.Add(client, advertisement), Failures = Failures.Remove(client) }, null);
    }

    /// <summary>A client has shared.</summary>
    public MaskedStep Share(ShareAnswer answer)
    {
        var client = answer.Client;
        var before = Shared.GetValueOrDefault(client);
        if (Early(MaskedPhase.Sharing, client, Members.Contains(client), before is not null, before?.Same(answer) ?? false) is { } refused) return new(this, refused);
        var index = IndexOf(client);
        if (!answer.Shares.Select(share => share.To).SequenceEqual(Graph!.Neighbours(index)) || answer.Shares.Any(share => share.From != index))
            return Refuse(MaskingRefusal.WrongPeers, $"Client '{client}' has not shared with each of its neighbours, once, in ascending order.");
        if (answer.Shares.Any(share => share.Bytes.Length != SealedShare.Length))
            return Refuse(MaskingRefusal.BadShare, $"A sealed share of client '{client}' has not {SealedShare.Length} bytes.");
        return new(this with { Shared = Shared.Add(client, answer), Failures = Failures.Remove(client) }, null);
    }

    /// <summary>May this client's masked vector be taken? Null when it may.</summary>
    public Refused? Check(string client) =>
        // The vector of a repeated upload is not looked at: what is in the sum stays as it is.
        Early(MaskedPhase.Masking, client, Sharers.Contains(client), Masked.Contains(client) || Folding.Contains(client), same: true);

    /// <summary>Reserves the place of a client that passed <see cref="Check"/>.</summary>
    /// <exception cref="InvalidOperationException">The client has no open place.</exception>
    public MaskedRoundState Fold(string client) =>
        Check(client) is { } refused ? throw new InvalidOperationException(refused.Detail) : this with { Folding = Folding.Add(client), Failures = Failures.Remove(client) };

    /// <summary>The client's masked vector is in the sum.</summary>
    /// <exception cref="InvalidOperationException">The client was not folding.</exception>
    public MaskedRoundState Accept(string client) =>
        Folding.Contains(client)
            ? this with { Folding = Folding.Remove(client), Masked = Masked.Add(client) }
            : throw new InvalidOperationException($"The masked vector of client '{client}' was not being added.");

    /// <summary>A client has signed the list of survivors.</summary>
    /// <param name="confirmation">Its signature.</param>
    /// <param name="identities">The coordinator's own list, where it has one; clients check in any case.</param>
    public MaskedStep Confirm(Confirmation confirmation, PeerIdentities? identities = null)
    {
        var client = confirmation.Client;
        var before = Confirmed.GetValueOrDefault(client);
        if (Early(MaskedPhase.Confirming, client, Masked.Contains(client), before is not null, before?.Same(confirmation) ?? false) is { } refused) return new(this, refused);
        if (confirmation.Signature.Length != ClientIdentity.SignatureLength)
            return Refuse(MaskingRefusal.BadSignature, $"The signature of client '{client}' has not {ClientIdentity.SignatureLength} bytes.");
        if (identities?.Verify(client, Statements.Survivors(Context, Statements.Roster(Context, Graph!.Shape, Members.Select(member => Advertised[member])), Indices(Masked)), confirmation.Signature.AsSpan()) is { } bad) return new(this, bad);
        return new(this with { Confirmed = Confirmed.Add(client, confirmation), Failures = Failures.Remove(client) }, null);
    }

    /// <summary>A client has given shares away.</summary>
    public MaskedStep Reveal(UnmaskAnswer answer)
    {
        var client = answer.Client;
        var before = Revealed.GetValueOrDefault(client);
        if (Early(MaskedPhase.Unmasking, client, Rules.Identities ? Confirmed.ContainsKey(client) : Masked.Contains(client), before is not null, before?.Same(answer) ?? false) is { } refused) return new(this, refused);
        var expected = Around(client, Sharers).Select(index => (index, Masked.Contains(Members[index - 1]) ? SecretKind.SelfMask : SecretKind.MaskKey));
        if (!answer.Shares.Select(share => (share.Of, share.Kind)).SequenceEqual(expected))
            return Refuse(MaskingRefusal.WrongPeers, $"Client '{client}' has not revealed one share of each that it holds: the self-mask of survivors, the mask key of drop-outs.");
        if (answer.Shares.Any(share => !share.Share.Valid)) return Refuse(MaskingRefusal.BadShare, $"A share of client '{client}' is not {SecretShare.Count} elements of the field.");
        return new(this with { Revealed = Revealed.Add(client, answer), Failures = Failures.Remove(client) }, null);
    }

    /// <summary>The client takes no further part: it said so, refused, or its connection is gone for good. Ignored for clients outside the cohort, and for one whose vector is being added unless <paramref name="folding"/> says that
    /// it is this very vector. A client whose vector is in the sum stays a survivor; one that only advertised or shared is as if it had not.</summary>
    public MaskedRoundState Fail(string client, string reason, bool folding = false) =>
        !Cohort.Contains(client) || (Folding.Contains(client) && !folding)
            ? this
            : this with
            {
                Folding = Folding.Remove(client),
                Failures = Failures.SetItem(client, reason),
                Advertised = Phase == MaskedPhase.Training ? Advertised.Remove(client) : Advertised,
                Shared = Phase == MaskedPhase.Sharing ? Shared.Remove(client) : Shared,
            };

    /// <summary>The phase's deadline has passed: nothing more is taken, what is being added still counts.</summary>
    public MaskedRoundState Expire() => this with { Expired = true };

    /// <summary>Gives the attempt up, whatever its phase.</summary>
    public MaskedRoundState Abort() => this with { Phase = MaskedPhase.Failed };

    /// <summary>The index of a member, 1 to n.</summary>
    internal int IndexOf(string client) => Members.IndexOf(client) + 1;

    /// <summary>The client itself and its neighbours, as far as they are in a set of members: indices, ascending.</summary>
    internal ImmutableArray<int> Around(string client, ImmutableSortedSet<string> set)
    {
        var index = IndexOf(client);
        return [.. Graph!.Neighbours(index).Add(index).Where(other => set.Contains(Members[other - 1])).Order()];
    }

    private ImmutableArray<int> Indices(IEnumerable<string> clients) => [.. clients.Select(IndexOf)];

    private bool Answered(string client) => Phase switch
    {
        MaskedPhase.Training => Advertised.ContainsKey(client),
        MaskedPhase.Sharing => Shared.ContainsKey(client),
        MaskedPhase.Masking => Masked.Contains(client),
        MaskedPhase.Confirming => Confirmed.ContainsKey(client),
        MaskedPhase.Unmasking => Revealed.ContainsKey(client),
        _ => false,
    };

    // Who asks comes first, then whether it has answered, then when: a repeated answer is harmless at any time.
    private Refused? Early(MaskedPhase phase, string client, bool party, bool answered, bool same) =>
        !Cohort.Contains(client) ? new(MaskingRefusal.NotInCohort, $"Client '{client}' was not asked in round {Context.Round}, attempt {Context.Attempt}.")
        : answered ? same ? new(MaskingRefusal.Repeated, $"Client '{client}' has answered already.") : new(MaskingRefusal.Contradiction, $"Client '{client}' has answered already, and something else.")
        : Phase < phase ? new(MaskingRefusal.TooEarly, $"Client '{client}' answers for {phase} while the attempt is {Phase}.")
        : Phase > phase || Expired ? new(MaskingRefusal.Closed, $"Client '{client}' answers for {phase} after it is over.")
        : !party ? new(MaskingRefusal.NotInCohort, $"Client '{client}' has dropped out before {phase}.")
        : null;

    private MaskedStep Refuse(MaskingRefusal reason, string detail) => new(this, new(reason, detail));

    private static ImmutableSortedDictionary<string, T> None<T>() => ImmutableSortedDictionary.Create<string, T>(StringComparer.Ordinal);
}
