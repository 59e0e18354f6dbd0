using System.Collections.Immutable;
using System.Security.Cryptography;
using Federated.Core.Privacy.SecureAggregation.Coding;
using Federated.Core.Privacy.SecureAggregation.Cryptography;
using Federated.Core.Privacy.SecureAggregation.Sharing;

namespace Federated.Core.Privacy.SecureAggregation;

/// <summary>A client's side of one attempt: figure 4 of Bonawitz et al., "Practical Secure Aggregation for Privacy-Preserving Machine Learning", CCS 2017, with neighbours in place of all others (Bell et al.,
/// "Secure Single-Server Aggregation with (Poly)Logarithmic Overhead", CCS 2020).</summary>
/// <remarks>
/// Holds the attempt's secrets; <see cref="Dispose"/> zeroes them. Not thread-safe: one caller at a time, and not on an actor's thread, since it computes for milliseconds to seconds.
/// The steps are <see cref="Advertise"/>, <see cref="Share"/>, <see cref="Take"/> and <see cref="Mask"/>, with identities <see cref="Confirm"/>, and <see cref="Unmask"/>. A step that was answered is answered the same when it is asked
/// the same again, and refused when it is asked something else, so that a stream can be opened again and nobody can ask twice. After any refusal but <see cref="MaskingRefusal.TooEarly"/> and
/// <see cref="MaskingRefusal.Contradiction"/> the secrets are gone and everything else is <see cref="MaskingRefusal.Closed"/>.
/// Deviations from the figure: the client has trained before it advertises; a client that gets a share that does not open gives up in round 2 rather than 4; a client keeps a share of its own secrets and gives that of its seed away
/// with the others; keys are bound to run, round, attempt and both clients by HKDF. What is sealed, and the list of survivors that is signed, is bound to the roster (<see cref="Statements.Roster"/>): where the coordinator tells
/// clients different ones, no share opens.
/// </remarks>
public sealed class MaskingClient : IDisposable
{
    private readonly MaskingContext _context;
    private readonly string _client;
    private readonly MaskingRules _rules;
    private readonly MaskedLayout _layout;
    private readonly ISecureRandom _random;
    private readonly ClientIdentity? _identity;
    private readonly PeerIdentities? _peers;
    private readonly EphemeralKey _sealKey;
    private readonly EphemeralKey _maskKey;
    private readonly byte[] _seed = new byte[Shamir.SecretLength];
    private readonly Advertisement _advertisement;

    // Shares by whose secrets they are of, this client's own among them: both kinds behind each other, self-mask first.
    private readonly SortedDictionary<int, byte[]> _held = [];

    // With which the neighbours' shares open, by neighbour: made with those that seal, out of one agreement, until the shares are taken.
    private readonly Dictionary<int, (string Client, byte[] Key)> _opening = [];
    private (ShareRequest Request, ShareAnswer Answer)? _shared;
    private byte[] _roster = [];
    private MaskRequest? _taken;
    private bool _masked;
    private (ImmutableArray<int> Survivors, Confirmation Answer)? _confirmed;
    private (ImmutableArray<int> Survivors, UnmaskAnswer Answer)? _unmasked;
    private bool _closed;

    /// <summary>Draws the attempt's keys.</summary>
    /// <param name="context">The attempt.</param>
    /// <param name="client">This client's name.</param>
    /// <param name="rules">From the job.</param>
    /// <param name="layout">Of masked vectors, from the job and the model.</param>
    /// <param name="random">Of keys, seeds and shares.</param>
    /// <param name="identity">Signs; needed with <see cref="MaskingRules.Identities"/>. Stays the caller's.</param>
    /// <param name="peers">The others' keys; needed likewise. Stays the caller's.</param>
    /// <exception cref="ArgumentException">The rules are at fault, or identities are asked for and not given.</exception>
    public MaskingClient(MaskingContext context, string client, MaskingRules rules, MaskedLayout layout, ISecureRandom random, ClientIdentity? identity = null, PeerIdentities? peers = null)
    {
        if (rules.Fault() is { } fault) throw new ArgumentException(fault, nameof(rules));
        if (rules.Identities && (identity is null || peers is null))
            throw new ArgumentException("The job asks for identities: this client needs a signing key of its own and the list of the others' public keys.", nameof(identity));
        (_context, _client, _rules, _layout, _random, _identity, _peers) = (context, client, rules, layout, random, identity, peers);
        (_sealKey, _maskKey) = (EphemeralKey.Create(random), EphemeralKey.Create(random));
        random.Fill(_seed);
        var signature = rules.Identities ? identity!.Sign(Statements.Keys(context, client, _sealKey.Public, _maskKey.Public)) : [];
        _advertisement = new(client, _sealKey.Public, _maskKey.Public, signature);
    }

    /// <summary>Round 0: this client's public keys. Always the same ones.</summary>
    public Advertisement Advertise() => _advertisement;

    /// <summary>Round 1: shares of both secrets for each neighbour.</summary>
    public MaskingResult<ShareAnswer> Share(ShareRequest request)
    {
        if (_closed) return Gone();
        if (_shared is { } before) return before.Request.Same(request) ? before.Answer : Contradiction("shares for other neighbours");
        if (PeerCheck.Neighbours(request, _advertisement, _rules) is { } wrong) return Close(wrong);
        foreach (var neighbour in request.Neighbours)
            if (CheckKeys(neighbour.Advertisement) is { } bad)
                return Close(bad);

        _roster = Statements.Roster(_context, request.Shape, request.Neighbours.Append(new(request.Index, _advertisement)).OrderBy(member => member.Index).Select(member => member.Advertisement));
        int[] holders = [.. request.Neighbours.Select(neighbour => neighbour.Index), request.Index];
        var seeds = Shamir.Share(_seed, request.Shape.Threshold, holders, _random);
        var keys = Shamir.Share(_maskKey.Scalar, request.Shape.Threshold, holders, _random);
        var shares = ImmutableArray.CreateBuilder<SealedShare>(request.Neighbours.Length);
        for (var i = 0; i < request.Neighbours.Length; i++)
        {
            var (index, peer) = (request.Neighbours[i].Index, request.Neighbours[i].Advertisement);
            var pair = SharePair.Join(seeds, keys, i);
            // The keys cannot be null: the point was checked above.
            var seals = KeySchedule.Seals(_context, _sealKey, _client, peer.SealKey.AsSpan(), peer.Client)!;
            shares.Add(new(request.Index, index, ShareSeal.Seal(seals.Sending, pair, Statements.Shares(_context, _client, peer.Client, _roster))));
            _opening[index] = (peer.Client, seals.Receiving);
            Zero(seals.Sending, pair);
        }
        _sealKey.Dispose();
        _held[request.Index] = SharePair.Join(seeds, keys, holders.Length - 1);
        SharePair.Zero(seeds, keys);
        var answer = new ShareAnswer(_client, shares.MoveToImmutable());
        _shared = (request, answer);
        return answer;
    }

    /// <summary>Round 2, first half: opens the neighbours' shares. Sets whom this client masks with.</summary>
    /// <returns>Null when they were taken; asking the same again is taken again.</returns>
    public Refused? Take(MaskRequest request)
    {
        if (_closed) return Gone();
        if (_shared is not var (asked, _)) return new(MaskingRefusal.TooEarly, "Shares are not taken before this client has shared its own.");
        if (_taken is not null) return _taken.Same(request) ? null : Contradiction("other shares");
        if (PeerCheck.Shares(request, asked) is { } wrong) return Close(wrong);
        foreach (var share in request.Shares)
        {
            var (peer, key) = _opening[share.From];
            var pair = ShareSeal.Open(key, share.Bytes.AsSpan(), Statements.Shares(_context, peer, _client, _roster));
            if (pair is null || !SharePair.Valid(pair)) return Close(new(MaskingRefusal.BadSeal, $"The shares of client '{peer}' do not open: they were changed, or are of another attempt, for another client, or of one that was told of other clients."));
            _held[share.From] = pair;
        }
        ForgetOpening();
        _taken = request;
        return null;
    }

    /// <summary>Round 2, second half: the masked vector, packed. Once only: two encodings under one mask would tell their difference, so the caller keeps the bytes for as long as it may have to send them again.</summary>
    /// <param name="integers">[P] from <see cref="RingCodec.Encode"/>, with noise where the job adds any.</param>
    /// <param name="scalars">[S] from <see cref="ScalarCodec"/>.</param>
    /// <param name="threads">That share the work, at least 1.</param>
    /// <param name="cancellation">Gives up; the client is of no use afterwards.</param>
    /// <returns>Bytes in the layout's form.</returns>
    /// <exception cref="ArgumentException">A length is not the layout's.</exception>
    /// <exception cref="InvalidOperationException">Shares have not been taken, it has been done before, or the client has refused something.</exception>
    public byte[] Mask(ReadOnlySpan<int> integers, ReadOnlySpan<ulong> scalars, int threads = 1, CancellationToken cancellation = default)
    {
        if (_closed || _taken is null || _masked) throw new InvalidOperationException($"Client '{_client}' masks once, after it has taken its neighbours' shares.");
        if (integers.Length != _layout.Length || scalars.Length != _layout.Scalars)
            throw new ArgumentException($"Expected {_layout.Length} values and {_layout.Scalars} scalars, got {integers.Length} and {scalars.Length}.", nameof(integers));
        _masked = true;
        var request = _shared!.Value.Request;
        var terms = new List<MaskTerm> { new(KeySchedule.SelfMask(_context, _seed, _client), Add: true) };
        foreach (var neighbour in request.Neighbours.Where(neighbour => _held.ContainsKey(neighbour.Index)))
            terms.Add(new(KeySchedule.PairMask(_context, _maskKey, _client, neighbour.Advertisement.MaskKey.AsSpan(), neighbour.Advertisement.Client)!, Add: request.Index < neighbour.Index));
        // From here on nobody needs these: the shares are out, and the masks' keys made.
        _maskKey.Dispose();
        Zero(_seed);
        var (values, tail) = (new uint[_layout.Length], scalars.ToArray());
        for (var i = 0; i < values.Length; i++) values[i] = unchecked((uint)integers[i]);
        try
        {
            Masks.Apply(terms, values, tail, threads, cancellation);
        }
        finally
        {
            foreach (var term in terms) Zero(term.Key);
        }
        return _layout.Pack(values, tail);
    }

    /// <summary>Round 3: signs the list of survivors, one list only.</summary>
    public MaskingResult<Confirmation> Confirm(ConfirmRequest request)
    {
        if (_closed) return Gone();
        if (!_rules.Identities || !_masked) return new Refused(MaskingRefusal.TooEarly, "Survivors are confirmed with identities only, and after this client has masked.");
        if (_confirmed is var (survivors, before)) return survivors.SequenceEqual(request.Survivors) ? before : Contradiction("another list of survivors");
        if (CheckSurvivors(request.Survivors) is { } wrong) return Close(wrong);
        var answer = new Confirmation(_client, _identity!.Sign(Statements.Survivors(_context, _roster, request.Survivors)));
        _confirmed = (request.Survivors, answer);
        return answer;
    }

    /// <summary>Round 4: for each client whose shares it holds either that of its self-mask seed or that of its mask key, once.</summary>
    public MaskingResult<UnmaskAnswer> Unmask(UnmaskRequest request)
    {
        if (_closed) return Gone();
        if (!_masked || (_rules.Identities && _confirmed is null)) return new Refused(MaskingRefusal.TooEarly, "Shares are not given away before this client has masked, and with identities confirmed the survivors.");
        if (_unmasked is var (survivors, before)) return survivors.SequenceEqual(request.Survivors) ? before : Contradiction("shares for another list of survivors");
        if (_confirmed is var (signed, _) && !signed.SequenceEqual(request.Survivors)) return Contradiction("shares for another list of survivors than it signed");
        if ((CheckSurvivors(request.Survivors) ?? CheckConfirmations(request)) is { } wrong) return Close(wrong);
        var shares = ImmutableArray.CreateBuilder<RevealedShare>(_held.Count);
        foreach (var (index, pair) in _held)
        {
            var kind = request.Survivors.BinarySearch(index) >= 0 ? SecretKind.SelfMask : SecretKind.MaskKey;
            shares.Add(new(index, kind, SharePair.Read(pair, kind)));
        }
        var answer = new UnmaskAnswer(_client, shares.MoveToImmutable());
        _unmasked = (request.Survivors, answer);
        Forget();
        return answer;
    }

    /// <summary>Zeroes keys, seeds and shares.</summary>
    public void Dispose()
    {
        _closed = true;
        _sealKey.Dispose();
        _maskKey.Dispose();
        Zero(_seed);
        ForgetOpening();
        Forget();
    }

    private Refused? CheckKeys(Advertisement peer)
    {
        if (!EphemeralKey.IsPoint(peer.SealKey.AsSpan()) || !EphemeralKey.IsPoint(peer.MaskKey.AsSpan()))
            return new(MaskingRefusal.BadKey, $"A public key of client '{peer.Client}' is no point of the curve.");
        return _rules.Identities ? _peers!.Verify(peer.Client, Statements.Keys(_context, peer.Client, peer.SealKey, peer.MaskKey), peer.Signature.AsSpan()) : null;
    }

    private Refused? CheckSurvivors(ImmutableArray<int> survivors) =>
        PeerCheck.Survivors(survivors, _shared!.Value.Request, _held.Keys, _rules);

    private Refused? CheckConfirmations(UnmaskRequest request)
    {
        if (!_rules.Identities) return null;
        var asked = _shared!.Value.Request;
        var statement = Statements.Survivors(_context, _roster, request.Survivors);
        var others = asked.Neighbours.Where(neighbour => request.Survivors.BinarySearch(neighbour.Index) >= 0).Select(neighbour => neighbour.Advertisement.Client).ToHashSet(StringComparer.Ordinal);
        // Its own counts, since it has signed this list. The coordinator passes on what clients send: one that signs falsely is not counted, and ends nothing.
        var valid = 1 + request.Confirmations.Count(confirmation => others.Remove(confirmation.Client) && _peers!.Verify(confirmation.Client, statement, confirmation.Signature.AsSpan()) is null);
        return valid >= asked.Shape.Threshold ? null : new(MaskingRefusal.TooFew, $"{valid} clients confirm the list of survivors; at least {asked.Shape.Threshold} must.");
    }

    private Refused Close(Refused refused)
    {
        Dispose();
        return refused;
    }

    private Refused Gone() => new(MaskingRefusal.Closed, $"Client '{_client}' takes no further part in this attempt.");

    private Refused Contradiction(string what) => new(MaskingRefusal.Contradiction, $"Client '{_client}' was asked for {what} before; it answers one request of each kind.");

    private void ForgetOpening()
    {
        foreach (var (_, key) in _opening.Values) Zero(key);
        _opening.Clear();
    }

    private void Forget()
    {
        foreach (var pair in _held.Values) Zero(pair);
        _held.Clear();
    }

    private static void Zero(params ReadOnlySpan<byte[]> secrets)
    {
        foreach (var secret in secrets) CryptographicOperations.ZeroMemory(secret);
    }
}
