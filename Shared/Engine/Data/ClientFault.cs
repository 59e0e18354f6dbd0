namespace Federated.Engine.Data;

/// <summary>A client whose data cannot be used: it takes no part, and the others go on without it.</summary>
/// <param name="Client">Its name.</param>
/// <param name="Reason">For people: which file, which lines, what is wrong, what to do.</param>
public sealed record ClientFault(string Client, string Reason);
