namespace ControlPlane.Catalog;

/// <summary>What the platform ships, for every slice to ask. Answers come from memory and allocate nothing.</summary>
public sealed class CatalogStore(CatalogSnapshot snapshot)
{
    private volatile CatalogSnapshot _current = snapshot;

    /// <summary>The catalog as it is now; keep it where several answers must agree.</summary>
    public CatalogSnapshot Current => _current;

    /// <summary>Puts another catalog in its place, for whoever asks from here on.</summary>
    internal void Replace(CatalogSnapshot next) => _current = next;

    /// <summary>The entry that must exist because another entry, or a pin, refers to it.</summary>
    public CatalogEntry<T> Get<T>(string @ref) where T : class =>
        Find<T>(@ref) ?? throw new KeyNotFoundException($"The catalog has no {typeof(T).Name} {@ref}.");

    public CatalogEntry<T> Get<T>(Ref<T> @ref) where T : class => Get<T>(@ref.Value);

    /// <inheritdoc cref="CatalogSnapshot.Find{T}(string)"/>
    public CatalogEntry<T>? Find<T>(string @ref) where T : class => Current.Find<T>(@ref);

    public CatalogEntry<T>? Find<T>(Ref<T> @ref) where T : class => Current.Find(@ref);

    /// <inheritdoc cref="CatalogSnapshot.Newest{T}"/>
    public CatalogEntry<T>? Newest<T>(string name) where T : class => Current.Newest<T>(name);

    /// <inheritdoc cref="CatalogSnapshot.All{T}"/>
    public IReadOnlyList<CatalogEntry<T>> All<T>() where T : class => Current.All<T>();

    /// <summary>One offer of one price list.</summary>
    public Offer? Offer(OfferRef @ref) => Current.Offer(@ref);
}
