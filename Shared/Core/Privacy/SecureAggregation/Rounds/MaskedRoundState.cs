using System.Collections.Immutable;
using Federated.Core.Privacy.SecureAggregation.Cryptography;

namespace Federated.Core.Privacy.SecureAggregation.Rounds;

/// <summary>What the coordinator knows and decides of one attempt of a masked round: plain immutable data, of size O(n k) and without any client's vector. Messages that are late, repeated, foreign or malformed change nothing and are refused
/// with a reason. After every change ask <see cref="Decide"/>, and <see cref="Advance"/> when it says so.</summary>
/// <remarks>A masked vector is taken in two steps, since adding it to the <see cref="MaskedSum"/> takes time: <see cref="Fold"/> reserves the client's place, <see cref="Accept"/> or <see cref="Fail"/> follows.</remarks>
public sealed record MaskedRoundState
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

    /// <value>U1: advertisements by client, in ordinal order. The client at position i has index i + 1, once training is over.</value>
    public ImmutableSortedDictionary<string, Advertisement> Advertised { get; init; } = ImmutableSortedDictionary.Create<string, Advertisement>(StringComparer.Ordinal);

    /// <value>U2: sealed shares by client that shared.</value>
    public ImmutableSortedDictionary<string, ShareAnswer> Shared { get; init; } = ImmutableSortedDictionary.Create<string, ShareAnswer>(StringComparer.Ordinal);

    /// <value>Clients whose masked vector is being added.</value>
    public ImmutableSortedSet<string> Folding { get; init; } = NoClients;

    /// <value>U3: clients whose masked vector is in the sum.</value>
    public ImmutableSortedSet<string> Masked { get; init; } = NoClients;

    /// <value>U4: confirmations by client, with identities.</value>
    public ImmutableSortedDictionary<string, Confirmation> Confirmed { get; init; } = ImmutableSortedDictionary.Create<string, Confirmation>(StringComparer.Ordinal);

    /// <value>U5: revealed shares by client.</value>
    public ImmutableSortedDictionary<string, UnmaskAnswer> Revealed { get; init; } = ImmutableSortedDictionary.Create<string, UnmaskAnswer>(StringComparer.Ordinal);

    /// <value>Clients that take no further part, and why.</value>
    public ImmutableSortedDictionary<string, string> Failures { get; init; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <value>True when the phase's deadline has passed.</value>
    public bool Expired { get; init; }

    /// <value>Who masks with whom; null before Sharing.</value>
    public MaskingGraph? Graph { get; init; }

    /// <value>Clients that the phase still waits for, in ordinal order.</value>
    public IEnumerable<string> Missing => throw new NotImplementedException();

    /// <summary>Selecting to Training.</summary>
    /// <param name="cohort">Clients asked.</param>
    /// <param name="wanted">Advertisements with which training closes, at least the rules' minimum and at most the cohort.</param>
    /// <exception cref="InvalidOperationException">Not selecting.</exception>
    public MaskedRoundState Select(IEnumerable<string> cohort, int wanted) => throw new NotImplementedException();

    /// <summary>A client has trained. Keys must be points of the curve; with a list of identities a signature is checked too.</summary>
    /// <param name="advertisement">What it says.</param>
    /// <param name="identities">The coordinator's own list, where it has one; clients check in any case.</param>
    public MaskedStep Advertise(Advertisement advertisement, PeerIdentities? identities = null) => throw new NotImplementedException();

    /// <summary>What to send to a client in Sharing; null where it is no part of it.</summary>
    public ShareRequest? SharingFor(string client) => throw new NotImplementedException();

    /// <summary>A client has shared.</summary>
    public MaskedStep Share(ShareAnswer answer) => throw new NotImplementedException();

    /// <summary>What to send to a client in Masking; null where it is no part of it.</summary>
    public MaskRequest? MaskingFor(string client) => throw new NotImplementedException();

    /// <summary>May this client's masked vector be taken? Null when it may.</summary>
    public Refused? Check(string client) => throw new NotImplementedException();

    /// <summary>Reserves the place of a client that passed <see cref="Check"/>.</summary>
    /// <exception cref="InvalidOperationException">The client has no open place.</exception>
    public MaskedRoundState Fold(string client) => throw new NotImplementedException();

    /// <summary>The client's masked vector is in the sum.</summary>
    /// <exception cref="InvalidOperationException">The client was not folding.</exception>
    public MaskedRoundState Accept(string client) => throw new NotImplementedException();

    /// <summary>What to send to a client in Confirming; null where it is no part of it.</summary>
    public ConfirmRequest? ConfirmingFor(string client) => throw new NotImplementedException();

    /// <summary>A client has signed the list of survivors.</summary>
    /// <param name="confirmation">Its signature.</param>
    /// <param name="identities">The coordinator's own list, where it has one; clients check in any case.</param>
    public MaskedStep Confirm(Confirmation confirmation, PeerIdentities? identities = null) => throw new NotImplementedException();

    /// <summary>What to send to a client in Unmasking; null where it is no part of it.</summary>
    public UnmaskRequest? UnmaskingFor(string client) => throw new NotImplementedException();

    /// <summary>A client has given shares away.</summary>
    public MaskedStep Reveal(UnmaskAnswer answer) => throw new NotImplementedException();

    /// <summary>The client takes no further part: it said so, refused, or its connection is gone for good. Ignored for clients outside the cohort, and for one whose vector is being added unless <paramref name="folding"/> says that
    /// it is this very vector. A client whose vector is in the sum stays a survivor.</summary>
    public MaskedRoundState Fail(string client, string reason, bool folding = false) => throw new NotImplementedException();

    /// <summary>The phase's deadline has passed: nothing more is taken, what is being added still counts.</summary>
    public MaskedRoundState Expire() => this with { Expired = true };

    /// <summary>What to do now.</summary>
    public MaskedDecision Decide() => throw new NotImplementedException();

    /// <summary>To the next phase, with a deadline that has not passed. Those who were missing are out.</summary>
    /// <param name="graphSeed">Of the graph's permutation; used on the way from Training to Sharing only, from a cryptographic source.</param>
    /// <exception cref="InvalidOperationException"><see cref="Decide"/> does not say Advance.</exception>
    public MaskedRoundState Advance(ulong graphSeed = 0) => throw new NotImplementedException();

    /// <summary>Gives the attempt up, whatever its phase.</summary>
    public MaskedRoundState Abort() => this with { Phase = MaskedPhase.Failed };
}
