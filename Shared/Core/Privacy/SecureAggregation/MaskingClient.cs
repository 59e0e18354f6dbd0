using Federated.Core.Privacy.SecureAggregation.Cryptography;
using Federated.Core.Privacy.SecureAggregation.Coding;

namespace Federated.Core.Privacy.SecureAggregation;

/// <summary>A client's side of one attempt: figure 4 of Bonawitz et al., "Practical Secure Aggregation for Privacy-Preserving Machine Learning", CCS 2017, with neighbours in place of all others (Bell et al.,
/// "Secure Single-Server Aggregation with (Poly)Logarithmic Overhead", CCS 2020).</summary>
/// <remarks>
/// Holds the attempt's secrets; <see cref="Dispose"/> zeroes them. Not thread-safe: one caller at a time, and not on an actor's thread, since it computes for milliseconds to seconds.
/// The steps are <see cref="Advertise"/>, <see cref="Share"/>, <see cref="Mask"/>, with identities <see cref="Confirm"/>, and <see cref="Unmask"/>. A step that was answered is answered the same when it is asked the same again, and
/// refused when it is asked something else, so that a stream can be opened again and nobody can ask twice. After any refusal but <see cref="MaskingRefusal.TooEarly"/> and <see cref="MaskingRefusal.Contradiction"/>
/// the secrets are gone and everything else is <see cref="MaskingRefusal.Closed"/>.
/// Deviations from the figure: the client has trained before it advertises; a client that gets a share that does not open gives up in round 2 rather than 4; keys are bound to run, round, attempt and both clients by HKDF.
/// </remarks>
public sealed class MaskingClient : IDisposable
{
    /// <summary>Draws the attempt's keys.</summary>
    /// <param name="context">The attempt.</param>
    /// <param name="client">This client's name.</param>
    /// <param name="rules">From the job.</param>
    /// <param name="layout">Of masked vectors, from the job and the model.</param>
    /// <param name="random">Of keys, seeds and shares.</param>
    /// <param name="identity">Signs; needed with <see cref="MaskingRules.Identities"/>. Stays the caller's.</param>
    /// <param name="peers">The others' keys; needed likewise. Stays the caller's.</param>
    /// <exception cref="ArgumentException">Identities are asked for and not given.</exception>
    public MaskingClient(MaskingContext context, string client, MaskingRules rules, MaskedLayout layout, ISecureRandom random, ClientIdentity? identity = null, PeerIdentities? peers = null) =>
        throw new NotImplementedException();

    /// <summary>Round 0: this client's public keys. Always the same ones.</summary>
    public Advertisement Advertise() => throw new NotImplementedException();

    /// <summary>Round 1: shares of both secrets for each neighbour.</summary>
    public MaskingResult<ShareAnswer> Share(ShareRequest request) => throw new NotImplementedException();

    /// <summary>Round 2, first half: opens the neighbours' shares. Sets whom this client masks with.</summary>
    /// <returns>Null when they were taken; asking the same again is taken again.</returns>
    public Refused? Take(MaskRequest request) => throw new NotImplementedException();

    /// <summary>Round 2, second half: the masked vector, packed. Once only: two encodings under one mask would tell their difference, so the caller keeps the bytes for as long as it may have to send them again.</summary>
    /// <param name="integers">[P] from <see cref="RingCodec.Encode"/>, with noise where the job adds any.</param>
    /// <param name="scalars">[S] from <see cref="ScalarCodec"/>.</param>
    /// <param name="threads">That share the work, at least 1.</param>
    /// <param name="cancellation">Gives up; the client is of no use afterwards.</param>
    /// <returns>Bytes in the layout's form.</returns>
    /// <exception cref="ArgumentException">A length is not the layout's.</exception>
    /// <exception cref="InvalidOperationException">Shares have not been taken, or it has been done before.</exception>
    public byte[] Mask(ReadOnlySpan<int> integers, ReadOnlySpan<ulong> scalars, int threads = 1, CancellationToken cancellation = default) => throw new NotImplementedException();

    /// <summary>Round 3: signs the list of survivors, one list only.</summary>
    public MaskingResult<Confirmation> Confirm(ConfirmRequest request) => throw new NotImplementedException();

    /// <summary>Round 4: for each client whose shares it holds either that of its self-mask seed or that of its mask key, once.</summary>
    public MaskingResult<UnmaskAnswer> Unmask(UnmaskRequest request) => throw new NotImplementedException();

    /// <summary>Zeroes keys, seeds and shares.</summary>
    public void Dispose() => throw new NotImplementedException();
}
