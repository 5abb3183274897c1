package tables

import (
	"maps"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

type quotaRow struct {
	*Object
	quota    *corev1.ResourceQuota
	resource corev1.ResourceName
}

// K8sResourceQuotas has one row per quota and resource it bounds.
var K8sResourceQuotas = define(spec[quotaRow]{
	Name: "k8s_resource_quotas",
	Row:  "resource that a ResourceQuota bounds",
	Doc:  "What each ResourceQuota bounds and how much of it is used. A quota that bounds nothing has one row with resource NULL.",
	Examples: []string{
		"SELECT namespace, resource, used, hard FROM k8s_resource_quotas WHERE used_value > 0.9 * hard_value",
		"SELECT namespace, group_concat(resource, ' ') AS bounded FROM k8s_resource_quotas GROUP BY namespace",
		"SELECT namespace, name, scopes FROM k8s_resource_quotas WHERE scopes IS NOT NULL",
	},
	Columns: [][]column[quotaRow]{
		common[quotaRow](),
		{
			text("resource", "key of spec.hard: requests.cpu, limits.memory, pods …", func(r quotaRow) Value { return Str(r.resource) }).key(),
			text("hard", "spec.hard, as written", func(r quotaRow) Value { return quantityText(quantity(r.quota.Spec.Hard, r.resource)) }),
			text("used", "status.used", func(r quotaRow) Value { return quantityText(quantity(r.quota.Status.Used, r.resource)) }),
			realCol("hard_value", "spec.hard as a number: cores, bytes or a count", func(r quotaRow) Value { return Cores(quantity(r.quota.Spec.Hard, r.resource)) }),
			realCol("used_value", "status.used as a number", func(r quotaRow) Value { return Cores(quantity(r.quota.Status.Used, r.resource)) }),
			jsonCol("scopes", "spec.scopes: the quota counts only pods of these", func(r quotaRow) Value { return JSON(r.quota.Spec.Scopes) }),
			jsonCol("scope_selector", "spec.scopeSelector", func(r quotaRow) Value { return JSON(r.quota.Spec.ScopeSelector) }),
		},
		where[quotaRow](),
	},
	Sources: []source[quotaRow]{from(ResourceQuotas, func(o *Object, v *corev1.ResourceQuota, emit func(quotaRow)) {
		if len(v.Spec.Hard) == 0 {
			emit(quotaRow{o, v, ""})
		}
		for _, name := range slices.Sorted(maps.Keys(v.Spec.Hard)) {
			emit(quotaRow{o, v, name})
		}
	})},
})

func quantityText(q *resource.Quantity) Value {
	if q == nil {
		return Null
	}
	return Str(q.String())
}

type limitRow struct {
	*Object
	item     *corev1.LimitRangeItem
	resource corev1.ResourceName
}

// K8sLimitRanges has one row per limit item and resource.
var K8sLimitRanges = define(spec[limitRow]{
	Name: "k8s_limit_ranges",
	Row:  "resource of an item of a LimitRange",
	Doc:  "What LimitRanges set for each Container, Pod or PersistentVolumeClaim of their namespace. An item that names no resource has one row with resource NULL.",
	Examples: []string{
		"SELECT namespace, limit_type, resource, default_limit, max FROM k8s_limit_ranges",
		"SELECT DISTINCT namespace FROM k8s_limit_ranges WHERE limit_type = 'Container' AND resource = 'memory' AND default_limit IS NOT NULL",
		"SELECT namespace, count(DISTINCT name) AS limit_ranges FROM k8s_limit_ranges GROUP BY namespace HAVING limit_ranges > 1",
	},
	Columns: [][]column[limitRow]{
		common[limitRow](),
		{
			text("limit_type", "Container, Pod or PersistentVolumeClaim", func(r limitRow) Value { return Str(r.item.Type) }).key(),
			text("resource", "cpu, memory, storage …", func(r limitRow) Value { return Str(r.resource) }).key(),
			text("max", "max", func(r limitRow) Value { return quantityText(quantity(r.item.Max, r.resource)) }),
			text("min", "min", func(r limitRow) Value { return quantityText(quantity(r.item.Min, r.resource)) }),
			text("default_limit", "default: the limit of a container that sets none", func(r limitRow) Value { return quantityText(quantity(r.item.Default, r.resource)) }),
			text("default_request", "defaultRequest", func(r limitRow) Value { return quantityText(quantity(r.item.DefaultRequest, r.resource)) }),
			text("max_ratio", "maxLimitRequestRatio", func(r limitRow) Value { return quantityText(quantity(r.item.MaxLimitRequestRatio, r.resource)) }),
		},
		where[limitRow](),
	},
	Sources: []source[limitRow]{from(LimitRanges, func(o *Object, v *corev1.LimitRange, emit func(limitRow)) {
		for i := range v.Spec.Limits {
			item := &v.Spec.Limits[i]
			names := map[corev1.ResourceName]bool{}
			for _, list := range []corev1.ResourceList{item.Max, item.Min, item.Default, item.DefaultRequest, item.MaxLimitRequestRatio} {
				for name := range list {
					names[name] = true
				}
			}
			if len(names) == 0 {
				emit(limitRow{o, item, ""})
			}
			for _, name := range slices.Sorted(maps.Keys(names)) {
				emit(limitRow{o, item, name})
			}
		}
	})},
})
