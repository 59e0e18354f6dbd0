namespace Federated.Core.Privacy.Accounting;

/// <summary>In what two data sets differ that a guarantee calls neighbours. Numbers under one cannot be added to numbers under the other.</summary>
public enum Adjacency
{
    /// <summary>One unit (a client, or an example) is there or is not. Where it is not, what it would have added is zero and everything else stays, as with
    /// the "zero-out" neighbours of Kairouz et al. 2021. A sum of vectors of norm at most C differs by at most C.</summary>
    AddOrRemoveOne,

    /// <summary>One unit is replaced by another; how many there are is public. A sum of vectors of norm at most C differs by at most 2 C.</summary>
    ReplaceOne,
}
